package io.github.locks.aop;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.locks.LockType;
import io.github.locks.aop.LockAdvisor.Validation;
import io.github.locks.aop.MatrixAnnotations.Style;
import io.github.locks.aop.MatrixBeans.Types;
import io.github.locks.aop.MatrixPlace.Element;
import io.github.locks.support.DefaultLockManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Every attribute with every return type, for every kind of lock, in every place where an
 * annotation may stand, through every proxy: on generated beans with real locks. The
 * table of it stands in {@code docs/annotations.md}.
 */
@Timeout(300)
@TestInstance(Lifecycle.PER_CLASS)
class AnnotationMatrixTests {

	private static final Path GUIDE = Path.of("..", "docs", "annotations.md");

	private static final String BEGIN = "<!-- matrix: begin, checked by AnnotationMatrixTests -->\n";

	private static final String END = "<!-- matrix: end -->";

	private final MatrixBeans beans = new MatrixBeans();

	private final Map<List<Object>, Bean> proxies = new ConcurrentHashMap<>();

	private final Map<List<Object>, Measured> measured = new ConcurrentHashMap<>();

	@TempDir
	private static Path directory;

	private DefaultLockManager manager;

	private RecordedLocks locks;

	@BeforeAll
	void open() {
		this.manager = DefaultLockManager.builder().directory(directory).shutdownTimeout(Duration.ZERO).build();
		this.locks = new RecordedLocks(this.manager);
	}

	@AfterAll
	void close() {
		this.manager.close();
	}

	@TestFactory
	Stream<DynamicContainer> matrix() {
		return Arrays.stream(MatrixAttribute.values())
			.map((attribute) -> DynamicContainer.dynamicContainer(plain(attribute.text()), Arrays
				.stream(MatrixReturn.values())
				.map((returns) -> DynamicTest.dynamicTest(plain(returns.text()), () -> check(attribute, returns)))));
	}

	private void check(MatrixAttribute attribute, MatrixReturn returns) {
		Measured result = measured(attribute, returns);
		assertThat(result.problems()).isEmpty();
		Map<LockType, Set<State>> expected = new EnumMap<>(LockType.class);
		for (LockType type : attribute.types()) {
			expected.put(type, EnumSet.of(attribute.isRefusedFor(type, returns) ? State.REFUSED : State.WORKS));
		}
		assertThat(result.states()).isEqualTo(expected);
	}

	@Test
	void guideShowsTheTable() throws Exception {
		String guide = Files.readString(GUIDE);
		String table = table();
		assertThat(guide).contains(BEGIN, END);
		assertThat(guide.substring(guide.indexOf(BEGIN) + BEGIN.length(), guide.indexOf(END)))
			.as("the table in docs/annotations.md")
			.isEqualTo(table);
	}

	private String table() {
		StringBuilder table = new StringBuilder("\n| returns |");
		for (MatrixAttribute attribute : MatrixAttribute.values()) {
			table.append(' ').append(attribute.text()).append(" |");
		}
		table.append("\n|---|").append("---|".repeat(MatrixAttribute.values().length)).append('\n');
		for (MatrixReturn returns : MatrixReturn.values()) {
			table.append("| ").append(returns.text()).append(" |");
			for (MatrixAttribute attribute : MatrixAttribute.values()) {
				table.append(' ').append(measured(attribute, returns)).append(" |");
			}
			table.append('\n');
		}
		table.append("\nPlaces that were tried: ");
		table.append(MatrixPlace.all().stream().map(MatrixPlace::toString).collect(Collectors.joining("; ")));
		return table.append(".\n\n").toString();
	}

	private Measured measured(MatrixAttribute attribute, MatrixReturn returns) {
		return this.measured.computeIfAbsent(List.of(attribute, returns), (key) -> measure(attribute, returns));
	}

	private Measured measure(MatrixAttribute attribute, MatrixReturn returns) {
		Measured result = new Measured(new EnumMap<>(LockType.class), new ArrayList<>());
		for (LockType type : attribute.types()) {
			Set<State> states = EnumSet.noneOf(State.class);
			for (MatrixPlace place : MatrixPlace.all()) {
				Bean bean = bean(place, type, attribute);
				for (Call call : bean.calls(returns)) {
					String name = type.key() + ", " + place + ", " + call.name();
					measure(name, cell(bean, call, attribute, type, returns), states, result.problems());
				}
				if (states.contains(State.REFUSED)) {
					checkStart(place, type, attribute, returns, result.problems());
				}
			}
			result.states().put(type, states);
		}
		return result;
	}

	private static void measure(String name, MatrixCell cell, Set<State> states, List<String> problems) {
		try {
			cell.attribute().check().check(cell);
			states.add(State.WORKS);
		}
		catch (InvalidLockAnnotationException ex) {
			states.add(State.REFUSED);
		}
		catch (Exception | AssertionError ex) {
			problems.add(name + ": " + ex);
		}
	}

	/**
	 * What is refused stops the start.
	 */
	private void checkStart(MatrixPlace place, LockType type, MatrixAttribute attribute, MatrixReturn returns,
			List<String> problems) {
		Types types = this.beans.make(place, type, attribute, EnumSet.of(returns));
		Throwable failure = catchThrowable(() -> new LockedProxies(this.manager).check(types.bean()));
		if (!(failure instanceof InvalidLockAnnotationException)) {
			problems.add(place + " is refused at the call, but not at the start: " + failure);
		}
	}

	private MatrixCell cell(Bean bean, Call call, MatrixAttribute attribute, LockType type, MatrixReturn returns) {
		String id = bean.number() + "-" + call.name() + "-" + returns;
		String resource = attribute.resource(id);
		List<String> resources = (bean.style() != Style.REPEATED) ? List.of(resource)
				: List.of(MatrixAnnotations.second(resource), resource);
		return new MatrixCell(this.locks, attribute, type, returns, id, resources, call.proxy(), call.method());
	}

	private Bean bean(MatrixPlace place, LockType type, MatrixAttribute attribute) {
		return this.proxies.computeIfAbsent(List.of(place, type, attribute), (key) -> {
			Types types = this.beans.make(place, type, attribute, EnumSet.allOf(MatrixReturn.class));
			Object target = newInstance(types.bean());
			LockedProxies factory = new LockedProxies(this.locks.recorded()).validation(Validation.OFF);
			return new Bean(this.proxies.size(), place.style(), types, factory.cglib(target),
					jdk(factory, types.api(), target));
		});
	}

	private static <T> T jdk(LockedProxies factory, Class<T> api, Object target) {
		return factory.jdk(api, api.cast(target));
	}

	private static Object newInstance(Class<?> type) {
		try {
			return type.getConstructor().newInstance();
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String plain(String text) {
		return text.replace("`", "");
	}

	private record Bean(int number, Style style, Types types, Object cglib, Object jdk) {

		List<Call> calls(MatrixReturn returns) {
			List<Call> calls = new ArrayList<>();
			calls.add(new Call("CGLIB proxy", this.cglib, this.types.method(Element.BEAN, returns)));
			calls.add(new Call("JDK proxy", this.jdk, this.types.method(Element.API, returns)));
			for (Element element : Element.values()) {
				if (this.types.where().isGeneric(element)) {
					calls.add(new Call("CGLIB proxy by its bridge", this.cglib, this.types.method(element, returns)));
				}
			}
			return calls;
		}

	}

	private record Call(String name, Object proxy, Method method) {

	}

	private enum State {

		WORKS, REFUSED

	}

	/**
	 * What was seen.
	 *
	 * @param states what happens, for each kind of lock
	 * @param problems what should not have happened
	 */
	private record Measured(Map<LockType, Set<State>> states, List<String> problems) {

		@Override
		public String toString() {
			Set<Set<State>> all = Set.copyOf(this.states.values());
			if (!this.problems.isEmpty()) {
				return "?";
			}
			if (all.equals(Set.of(Set.of(State.WORKS)))) {
				return "✓";
			}
			if (all.equals(Set.of(Set.of(State.REFUSED)))) {
				return "refused";
			}
			boolean local = Set.of(State.WORKS).equals(this.states.get(LockType.READ))
					&& Set.of(State.WORKS).equals(this.states.get(LockType.WRITE));
			return local ? "local only" : "?";
		}

	}

}
