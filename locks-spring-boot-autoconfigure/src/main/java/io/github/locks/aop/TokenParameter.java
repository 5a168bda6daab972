package io.github.locks.aop;

import java.lang.reflect.Method;
import java.util.List;

import io.github.locks.LockNames;
import io.github.locks.LockType;
import io.github.locks.annotation.FencingToken;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodParameter;
import org.springframework.core.annotation.AnnotatedMethod;

/**
 * The parameter of a method that takes the fencing token of one of its locks.
 *
 * @param index the position of the parameter
 * @param lock the lock
 */
record TokenParameter(int index, MethodLock lock) {

	/**
	 * Finds the parameter that is annotated with {@link FencingToken @FencingToken}.
	 * @return the parameter, or {@code null} if there is none
	 */
	static @Nullable TokenParameter find(Method method, List<MethodLock> locks) {
		TokenParameter found = findOn(method, locks);
		for (MethodLock lock : locks) {
			if (found == null && lock.declaration().annotated() instanceof Method annotated) {
				found = findOn(annotated, locks);
			}
		}
		return found;
	}

	private static @Nullable TokenParameter findOn(Method method, List<MethodLock> locks) {
		TokenParameter found = null;
		for (MethodParameter parameter : new AnnotatedMethod(method).getMethodParameters()) {
			FencingToken annotation = parameter.getParameterAnnotation(FencingToken.class);
			if (annotation != null) {
				if (found != null) {
					throw invalid(locks, "two of its parameters have @FencingToken", "Keep one of them.");
				}
				Class<?> type = parameter.getParameterType();
				if (type != long.class && type != Long.class) {
					throw invalid(locks, "its parameter with @FencingToken is a " + type.getName(), "Make it a long.");
				}
				found = new TokenParameter(parameter.getParameterIndex(), lock(annotation.value(), locks));
			}
		}
		return found;
	}

	private static MethodLock lock(String resource, List<MethodLock> locks) {
		List<MethodLock> candidates = resource.isEmpty() ? candidates(locks)
				: locks.stream().filter((lock) -> lock.declaration().resource().equals(resource)).toList();
		if (candidates.size() == 1) {
			return candidates.get(0);
		}
		List<String> known = locks.stream().map((lock) -> LockNames.quote(lock.declaration().resource())).toList();
		throw invalid(locks,
				resource.isEmpty() ? "its @FencingToken could be that of several locks"
						: "its @FencingToken names " + LockNames.quote(resource) + ", which is not one of its locks",
				"Name one, as in @FencingToken(\"...\"): " + String.join(", ", known) + ".");
	}

	private static List<MethodLock> candidates(List<MethodLock> locks) {
		return (locks.size() == 1) ? locks
				: locks.stream().filter((lock) -> lock.type() == LockType.DISTRIBUTED).toList();
	}

	private static InvalidLockAnnotationException invalid(List<MethodLock> locks, String problem, String remedy) {
		return locks.get(0).declaration().invalidMethod(problem, remedy);
	}

	/**
	 * Passes the token to the method.
	 */
	void pass(MethodInvocation invocation, HeldLocks held) {
		invocation.getArguments()[this.index] = held.tokenOf(this.lock);
	}

}
