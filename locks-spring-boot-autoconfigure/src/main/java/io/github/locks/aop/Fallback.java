package io.github.locks.aop;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

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
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * The {@code fallback} of an annotation: one or more methods of the same name, which
 * differ in the exception that they take. Immutable.
 */
final class Fallback {

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
			throw invalid(declaration, targetClass.getName() + " has no method " + signature(name, method),
					"Write one, optionally with one more parameter for the exception, such as LockTimeoutException.");
		}
		candidates.forEach((candidate) -> check(declaration, method, candidate.method()));
		if (candidates.stream().map(Candidate::exception).distinct().count() < candidates.size()) {
			throw invalid(declaration, "more than one method " + signature(name, method) + " could be meant",
					"Let one of them have exactly these parameters.");
		}
		return new Fallback(candidates);
	}

	/**
	 * Finds the methods that take the arguments of the call. If there are some with the
	 * very same parameters, more general ones do not count.
	 */
	private static List<Candidate> candidates(String name, Method method, Class<?> targetClass) {
		List<Candidate> all = Arrays
			.stream(ReflectionUtils.getUniqueDeclaredMethods(targetClass, (each) -> each.getName().equals(name)))
			.filter((found) -> !found.isBridge() && !found.equals(method))
			.map((found) -> Candidate.of(found, method))
			.flatMap(Optional::stream)
			.sorted(Comparator.comparingInt(Candidate::depth).reversed())
			.toList();
		List<Candidate> exact = all.stream().filter(Candidate::exact).toList();
		return exact.isEmpty() ? all : exact;
	}

	private static void check(LockDeclaration declaration, Method method, Method fallback) {
		Class<?> returns = method.getReturnType();
		if (returns != void.class && !ClassUtils.isAssignable(returns, fallback.getReturnType())) {
			throw invalid(declaration, "it returns " + fallback.getReturnType().getName() + " instead of "
					+ method.getReturnType().getName(), "Let both methods return the same type.");
		}
		if (LockAnnotations.areOn(fallback)) {
			throw invalid(declaration, "the fallback has a lock annotation, which would have no effect",
					"Remove it, or take the lock inside the fallback through the LockManager.");
		}
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
		boolean unavailable = failure instanceof LockTimeoutException || failure instanceof DeadlockException
				|| failure instanceof LockBackendException || failure instanceof LockManagerClosedException;
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
			List<Class<?>> parameters = new ArrayList<>(List.of(found.getParameterTypes()));
			List<Class<?>> expected = List.of(locked.getParameterTypes());
			ReflectionUtils.makeAccessible(found);
			if (takes(parameters, expected)) {
				return Optional.of(new Candidate(found, null, -1, parameters.equals(expected)));
			}
			int position = expected.size() - (KotlinDetector.isSuspendingFunction(locked) ? 1 : 0);
			if (parameters.size() != expected.size() + 1 || !isFailure(parameters.get(position))) {
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
			return LockException.class.isAssignableFrom(type)
					|| (Throwable.class.isAssignableFrom(type) && type.isAssignableFrom(LockException.class));
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
