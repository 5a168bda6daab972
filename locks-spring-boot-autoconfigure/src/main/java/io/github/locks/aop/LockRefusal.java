package io.github.locks.aop;

import java.util.Objects;

import io.github.locks.LockException;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Says inside of this package which lock of a call could not be had, and why. Never
 * reaches users.
 */
final class LockRefusal extends RuntimeException {

	private final transient PlannedLock planned;

	private final LockException failure;

	LockRefusal(PlannedLock planned, LockException failure) {
		super(failure.getMessage(), failure, false, false);
		this.planned = planned;
		this.failure = failure;
	}

	MethodLock lock() {
		return this.planned.lock();
	}

	LockException failure() {
		return this.failure;
	}

	/**
	 * Whether a fallback answers the call.
	 */
	boolean hasFallback() {
		Fallback fallback = lock().fallback();
		return fallback != null && fallback.isFor(this.failure);
	}

	/**
	 * Calls the fallback.
	 * @return what the fallback returns
	 */
	@Nullable Object callFallback(MethodInvocation invocation) throws Throwable {
		return Objects.requireNonNull(lock().fallback()).call(invocation, this.failure);
	}

	/**
	 * Whether the call is skipped.
	 */
	boolean isSkipped() {
		return lock().isSkippedFor(this.failure);
	}

}
