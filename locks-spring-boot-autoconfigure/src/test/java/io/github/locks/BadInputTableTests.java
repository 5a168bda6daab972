package io.github.locks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.platform.commons.support.AnnotationSupport;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The table of bad input is complete, and its tests exist.
 */
class BadInputTableTests {

	private static final Path TABLE = Path.of("..", "docs", "bad-input.md");

	private static final Path TESTS = Path.of("src", "test", "java");

	private static final int DASHBOARD = 86;

	private static final Pattern ROW = Pattern.compile("\\| (\\d+) \\| (.+?) \\| (.+?) \\| (.*?)\\s*\\|");

	private static final Pattern TEST = Pattern.compile("`(\\w+)#(\\w+)`");

	@Test
	void everyRowIsThereOnceAndInItsPlace() throws IOException {
		assertThat(rows().stream().map(Row::number))
			.containsExactlyElementsOf(IntStream.rangeClosed(1, DASHBOARD).boxed().toList());
	}

	@Test
	void everyRowNamesItsTests() throws IOException {
		Map<String, Class<?>> classes = classes();
		for (Row row : rows()) {
			if (row.number() == DASHBOARD) {
				assertThat(row.outcome()).isEqualTo("later: dashboard");
				continue;
			}
			List<String> tests = new ArrayList<>();
			Matcher matcher = TEST.matcher(row.tests());
			while (matcher.find()) {
				tests.add(matcher.group());
				assertThat(classes).as("class of row " + row.number()).containsKey(matcher.group(1));
				assertThat(testMethods(classes.get(matcher.group(1)))).as("method of row " + row.number())
					.contains(matcher.group(2));
			}
			assertThat(tests).as("tests of row " + row.number()).isNotEmpty().doesNotHaveDuplicates();
			assertThat(String.join(", ", tests)).isEqualTo(row.tests());
		}
	}

	private static List<String> testMethods(Class<?> type) {
		return Stream.of(type.getDeclaredMethods())
			.filter((method) -> AnnotationSupport.isAnnotated(method, Test.class)
					|| AnnotationSupport.isAnnotated(method, ParameterizedTest.class))
			.map((method) -> method.getName())
			.toList();
	}

	private static List<Row> rows() throws IOException {
		return Files.readAllLines(TABLE)
			.stream()
			.map(ROW::matcher)
			.filter(Matcher::matches)
			.map((row) -> new Row(Integer.parseInt(row.group(1)), row.group(3), row.group(4)))
			.toList();
	}

	/** All test classes by their simple names, without running what they are made of. */
	private static Map<String, Class<?>> classes() throws IOException {
		Map<String, Class<?>> classes = new LinkedHashMap<>();
		try (Stream<Path> files = Files.walk(TESTS)) {
			for (Path file : files.filter((path) -> path.toString().endsWith("Tests.java")).toList()) {
				String name = TESTS.relativize(file).toString().replaceAll("[/\\\\]", ".").replace(".java", "");
				classes.put(name.substring(name.lastIndexOf('.') + 1), load(name));
			}
		}
		return classes;
	}

	private static Class<?> load(String name) {
		try {
			return Class.forName(name, false, BadInputTableTests.class.getClassLoader());
		}
		catch (ClassNotFoundException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private record Row(int number, String outcome, String tests) {
	}

}
