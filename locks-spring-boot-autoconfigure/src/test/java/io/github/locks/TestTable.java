package io.github.locks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A table of the documentation whose rows are numbered and name, in their last cell, what
 * proves them: tests of this module as {@code `Class#method`}, and decision records where
 * these are allowed.
 */
final class TestTable {

	private static final Path DOCS = Path.of("..", "docs");

	private static final List<Path> SOURCES = List.of(Path.of("src", "test", "java"), Path.of("src", "test", "kotlin"));

	private static final Pattern ROW = Pattern.compile("\\| (\\d+) \\| (.+?) \\| (.+?) \\| (.*?)\\s*\\|");

	private static final Pattern TEST = Pattern.compile("`(\\w+)#(\\w+)`");

	private static final Pattern RECORD = Pattern.compile("\\[\\d{4}\\]\\((decisions/[\\w.-]+)\\)");

	private static final Map<String, Class<?>> CLASSES = classes();

	private final List<Row> rows;

	private TestTable(List<Row> rows) {
		this.rows = rows;
	}

	static TestTable of(String document) throws IOException {
		return new TestTable(Files.readAllLines(DOCS.resolve(document))
			.stream()
			.map(ROW::matcher)
			.filter(Matcher::matches)
			.map((row) -> new Row(Integer.parseInt(row.group(1)), row.group(3), row.group(4)))
			.toList());
	}

	List<Row> rows() {
		return this.rows;
	}

	List<Integer> numbers() {
		return this.rows.stream().map(Row::number).toList();
	}

	private static Map<String, Class<?>> classes() {
		Map<String, Class<?>> classes = new LinkedHashMap<>();
		for (Path source : SOURCES) {
			try (Stream<Path> files = Files.walk(source)) {
				files.map((file) -> source.relativize(file).toString())
					.filter((file) -> file.matches(".*Tests\\.(java|kt)"))
					.map((file) -> load(file.replaceAll("\\.\\w+$", "").replaceAll("[/\\\\]", ".")))
					.forEach((type) -> classes.put(type.getSimpleName(), type));
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
		return classes;
	}

	/** Loads a class without running what it is made of. */
	private static Class<?> load(String name) {
		try {
			return Class.forName(name, false, TestTable.class.getClassLoader());
		}
		catch (ClassNotFoundException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * A row of the table.
	 *
	 * @param number its number
	 * @param outcome what happens
	 * @param proof what proves that
	 */
	record Row(int number, String outcome, String proof) {

		/** The proof is a list of tests that exist, and nothing else. */
		void isProvedByTests() {
			isProvedBy(tests());
		}

		/** The proof is a list of tests and decision records that exist. */
		void isProvedByTestsOrDecisions() {
			List<String> found = new ArrayList<>(tests());
			Matcher decision = RECORD.matcher(this.proof);
			while (decision.find()) {
				assertThat(DOCS.resolve(decision.group(1))).as("decision of row " + this.number).isRegularFile();
				found.add(decision.group());
			}
			isProvedBy(found);
		}

		private void isProvedBy(List<String> found) {
			assertThat(found).as("proof of row " + this.number).isNotEmpty().doesNotHaveDuplicates();
			assertThat(String.join(", ", found)).isEqualTo(this.proof);
		}

		private List<String> tests() {
			List<String> tests = new ArrayList<>();
			Matcher test = TEST.matcher(this.proof);
			while (test.find()) {
				assertThat(CLASSES).as("class of row " + this.number).containsKey(test.group(1));
				Class<?> type = CLASSES.get(test.group(1));
				assertThat(isRun(type)).as(type + " of row " + this.number + " is run").isTrue();
				assertThat(methods(type)).as("method of row " + this.number).contains(test.group(2));
				tests.add(test.group());
			}
			return tests;
		}

		/** The tests of an abstract class are run by its subclasses. */
		private static boolean isRun(Class<?> type) {
			return CLASSES.values()
				.stream()
				.anyMatch((other) -> type.isAssignableFrom(other) && !Modifier.isAbstract(other.getModifiers()));
		}

		/** The names of all tests of whatever sort, inherited ones too. */
		private static List<String> methods(Class<?> type) {
			return AnnotationSupport.findAnnotatedMethods(type, Testable.class, HierarchyTraversalMode.TOP_DOWN)
				.stream()
				.map((method) -> method.getName())
				.toList();
		}

	}

}
