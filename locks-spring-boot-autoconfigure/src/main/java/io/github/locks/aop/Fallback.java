package io.github.locks.aop;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.locks.DeadlockException;
import io.github.locks.LockBackendException;
import io.github.locks.LockException;
import io.github.locks.LockManagerClosedException;
import io.github.locks.LockNames;
import io.github.locks.LockTimeoutException;
import io.github.locks.aop.LockDeclaration.Attribute;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.core.KotlinDetector;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * The {@code fallback} of an annotation: one or more methods of the same name, which
 * differ in the exception that they take. Immutable.
 */
final class Fallback {

	/**
	 * The lock could not be had. Misuse, interrupts and lost locks are something else.
	 */
	private static final List<Class<? extends LockException>> ANSWERED = List.of(LockTimeoutException.class,
			DeadlockException.class, LockBackendException.class, LockManagerClosedException.class);

	/** The candidates, the one with the most special exception first. */
	private final List<Candidate> candidates;

	private Fallback(List<Candidate> candidates) {
		this.candidates = candidates;
	}

	/**
	 * Finds the methods that a fallback names.
	 * @param method the method that is to be locked
	 * @return the fallback, or {@code null} if the annotation has none
	 */
	static @Nullable Fallback find(LockDeclaration declaration, Method method, Class<?> targetClass) {
		if (!declaration.has(Attribute.FALLBACK)) {
			return null;
		}
		if (declaration.skip()) {
			throw invalid(declaration, "a call is either skipped or answered by a fallback",
					"Remove 'fallback' or 'onFailure = SKIP'.");
		}
		String name = declaration.text(Attribute.FALLBACK).strip();
		List<Candidate> candidates = candidates(name, method, targetClass);
		if (candidates.isEmpty()) {
			throw invalid(declaration,
					targetClass.getName() + " has no method " + signature(name, method)
							+ whatDoesNotFit(name, method, targetClass),
					"Write one, optionally with one more parameter for the exception, such as LockTimeoutException.");
		}
		candidates.forEach((candidate) -> check(declaration, method, candidate, targetClass));
		if (candidates.stream().map(Candidate::exception).distinct().count() < candidates.size()) {
			throw invalid(declaration, "more than one method " + signature(name, method) + " could be meant",
					"Let one of them have exactly these parameters.");
		}
		return new Fallback(candidates);
	}

	/**
	 * Whether a method would be called as the fallback of another one that names it. Of
	 * two methods of one name, the one that takes the exception is the fallback.
	 */
	static boolean isFallback(Method method, Method locked, Class<?> targetClass) {
		return candidates(method.getName(), locked, targetClass).stream()
			.anyMatch((candidate) -> candidate.method().equals(method)
					&& (candidate.exception() != null || !locked.getName().equals(method.getName())));
	}

	/**
	 * Finds the methods that take the arguments of the call. If there are some with the
	 * very same parameters, more general ones do not count.
	 */
	private static List<Candidate> candidates(String name, Method method, Class<?> targetClass) {
		List<Candidate> all = named(name, targetClass).filter((found) -> !found.equals(method))
			.map((found) -> Candidate.of(found, method))
			.flatMap(Optional::stream)
			.sorted(Comparator.comparingInt(Candidate::depth).reversed())
			.toList();
		List<Candidate> exact = all.stream().filter(Candidate::exact).toList();
		return exact.isEmpty() ? all : exact;
	}

	private static Stream<Method> named(String name, Class<?> targetClass) {
		return Arrays.stream(ReflectionUtils.getUniqueDeclaredMethods(targetClass,
				(method) -> method.getName().equals(name) && !method.isBridge()));
	}

	/**
	 * Says why none of the methods of that name will do.
	 */
	private static String whatDoesNotFit(String name, Method method, Class<?> targetClass) {
		String reasons = named(name, targetClass).map((found) -> signature(name, found) + " " + whyNot(found, method))
			.sorted()
			.collect(Collectors.joining(", "));
		return reasons.isEmpty() ? "" : ": " + reasons;
	}

	private static String whyNot(Method found, Method method) {
		if (found.equals(method)) {
			return "is the locked method itself";
		}
		return Candidate.ofAnyException(found, method)
			.map((candidate) -> Objects.requireNonNull(candidate.exception()).getSimpleName())
			.map((exception) -> "takes a " + exception + ", which is no failure to get a lock")
			.orElse("has other parameters");
	}

	private static void check(LockDeclaration declaration, Method method, Candidate candidate, Class<?> targetClass) {
		Method fallback = candidate.method();
		Class<?> returns = returnType(method, targetClass);
		Class<?> instead = returnType(fallback, targetClass);
		if (returns != void.class && !ClassUtils.isAssignable(returns, instead)) {
			throw invalid(declaration, "it returns " + instead.getName() + " instead of " + returns.getName(),
					"Let both methods return the same type.");
		}
		if (LockAnnotations.areOn(fallback)) {
			throw invalid(declaration, "the fallback has a lock annotation, which would have no effect",
					"Remove it, or take the lock inside the fallback through the LockManager.");
		}
		Class<?> exception = candidate.exception();
		if (exception != null && !canBeAnswered(exception)) {
			throw invalid(declaration,
					signature(fallback.getName(), fallback) + " would never be called: no fallback answers a "
							+ exception.getSimpleName(),
					"Take a LockTimeoutException, DeadlockException, LockBackendException,"
							+ " LockManagerClosedException or LockException.");
		}
	}

	private static Class<?> returnType(Method method, Class<?> targetClass) {
		return ResolvableType.forMethodReturnType(method, targetClass).toClass();
	}

	private static boolean canBeAnswered(Class<?> exception) {
		return ANSWERED.stream()
			.anyMatch((type) -> type.isAssignableFrom(exception) || exception.isAssignableFrom(type));
	}

	private static String signature(String name, Method method) {
		return LockNames.escape(name) + Arrays.stream(method.getParameterTypes())
			.map(Class::getSimpleName)
			.collect(Collectors.joining(", ", "(", ")"));
	}

	private static InvalidLockAnnotationException invalid(LockDeclaration declaration, String problem, String remedy) {
		return declaration.invalid(Attribute.FALLBACK, problem, remedy, null);
	}

	List<Method> methods() {
		return this.candidates.stream().map(Candidate::method).toList();
	}

	/**
	 * Whether the lock could not be had, so that the fallback is called. Misuse,
	 * interrupts and lost locks are not for fallbacks.
	 */
	boolean isFor(LockException failure) {
		boolean unavailable = ANSWERED.stream().anyMatch((type) -> type.isInstance(failure));
		return unavailable && this.candidates.stream().anyMatch((candidate) -> candidate.takes(failure));
	}

	/**
	 * Calls the fallback on the bean itself.
	 * @param failure why the lock could not be had, one that it {@link #isFor}
	 * @return what it returns
	 */
	@Nullable Object call(MethodInvocation invocation, LockException failure) throws Throwable {
		for (Candidate candidate : this.candidates) {
			if (candidate.takes(failure)) {
				return candidate.call(invocation, failure);
			}
		}
		throw failure;
	}

	/**
	 * One method that may be called.
	 *
	 * @param method the method
	 * @param exception the type of exception that it takes, or {@code null}
	 * @param position where it takes the exception
	 * @param exact whether its other parameters are those of the locked method
	 */
	private record Candidate(Method method, @Nullable Class<?> exception, int position, boolean exact) {

		static Optional<Candidate> of(Method found, Method locked) {
			return ofAnyException(found, locked)
				.filter((candidate) -> candidate.exception() == null || isFailure(candidate.exception()));
		}

		static Optional<Candidate> ofAnyException(Method found, Method locked) {
			List<Class<?>> parameters = new ArrayList<>(List.of(found.getParameterTypes()));
			List<Class<?>> expected = List.of(locked.getParameterTypes());
			ReflectionUtils.makeAccessible(found);
			if (takes(parameters, expected)) {
				return Optional.of(new Candidate(found, null, -1, parameters.equals(expected)));
			}
			int position = expected.size() - (KotlinDetector.isSuspendingFunction(locked) ? 1 : 0);
			if (parameters.size() != expected.size() + 1
					|| !Throwable.class.isAssignableFrom(parameters.get(position))) {
				return Optional.empty();
			}
			Class<?> exception = parameters.remove(position);
			return takes(parameters, expected)
					? Optional.of(new Candidate(found, exception, position, parameters.equals(expected)))
					: Optional.empty();
		}

		private static boolean takes(List<Class<?>> parameters, List<Class<?>> arguments) {
			return parameters.size() == arguments.size() && IntStream.range(0, parameters.size())
				.allMatch((i) -> ClassUtils.isAssignable(parameters.get(i), arguments.get(i)));
		}

		private static boolean isFailure(Class<?> type) {
			return LockException.class.isAssignableFrom(type) || type.isAssignableFrom(LockException.class);
		}

		boolean takes(LockException failure) {
			return this.exception == null || this.exception.isInstance(failure);
		}

		int depth() {
			int depth = 0;
			for (Class<?> type = this.exception; type != null; type = type.getSuperclass()) {
				depth++;
			}
			return depth;
		}

		@Nullable Object call(MethodInvocation invocation, LockException failure) throws Throwable {
			List<@Nullable Object> arguments = new ArrayList<@Nullable Object>();
			Collections.addAll(arguments, invocation.getArguments());
			if (this.exception != null) {
				arguments.add(this.position, failure);
			}
			return AopUtils.invokeJoinpointUsingReflection(invocation.getThis(), this.method, arguments.toArray());
		}

	}

}
