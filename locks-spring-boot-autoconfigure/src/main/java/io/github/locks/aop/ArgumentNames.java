package io.github.locks.aop;

import java.lang.reflect.Method;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ParameterNameDiscoverer;

/**
 * The variables of a template: the arguments by name, and by position as {@code a0} and
 * {@code p0}. Names are those of the annotated method and of the method that implements
 * it. The hidden last argument of a suspend function is none of them. Immutable.
 */
final class ArgumentNames {

	private static final ParameterNameDiscoverer DISCOVERER = new DefaultParameterNameDiscoverer();

	/** What these stand for in every expression must not depend on the method. */
	private static final Set<String> RESERVED = Set.of("root", "this");

	private final Map<String, Integer> indexes;

	private final boolean named;

	private ArgumentNames(Map<String, Integer> indexes, boolean named) {
		this.indexes = indexes;
		this.named = named;
	}

	static ArgumentNames of(LockDeclaration declaration, Method method) {
		Map<String, Integer> indexes = new LinkedHashMap<>();
		int count = count(method);
		if (declaration.annotated() instanceof Method annotated) {
			addNames(annotated, count, indexes);
		}
		addNames(method, count, indexes);
		boolean named = !indexes.isEmpty() || count == 0;
		for (int i = 0; i < count; i++) {
			indexes.putIfAbsent("a" + i, i);
			indexes.putIfAbsent("p" + i, i);
		}
		return new ArgumentNames(indexes, named);
	}

	private static int count(Method method) {
		return KotlinFunctions.isSuspending(method) ? method.getParameterCount() - 1 : method.getParameterCount();
	}

	private static void addNames(Method method, int count, Map<String, Integer> indexes) {
		@Nullable String @Nullable [] names = DISCOVERER.getParameterNames(method);
		for (int i = 0; names != null && i < Math.min(count, names.length); i++) {
			if (names[i] != null && !RESERVED.contains(names[i])) {
				indexes.putIfAbsent(names[i], i);
			}
		}
	}

	/**
	 * Returns the position of the argument that a variable stands for.
	 * @return the index, or {@code null} if there is no such argument
	 */
	@Nullable Integer indexOf(String variable) {
		return this.indexes.get(variable);
	}

	/**
	 * Returns the names that may be used.
	 */
	Set<String> names() {
		return Collections.unmodifiableSet(this.indexes.keySet());
	}

	/**
	 * Whether the names of the parameters are known.
	 */
	boolean areNamed() {
		return this.named;
	}

}
