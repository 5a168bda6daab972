package io.github.locks.aop;

import java.util.function.Supplier;

import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Calls whose work is over when the method returns.
 */
final class PlainCall implements LockedCall {

	private final Supplier<LockManager> locks;

	private final DeferredRelease release;

	PlainCall(Supplier<LockManager> locks, DeferredRelease release) {
		this.locks = locks;
		this.release = release;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation, LockedMethod method) throws Throwable {
		LockRequest request = method.request(invocation);
		LockHandle handle;
		try {
			handle = this.locks.get().acquire(request);
		}
		catch (LockTimeoutException ex) {
			if (method.isSkipped()) {
				return method.skipped();
			}
			throw ex;
		}
		return proceed(invocation, method, handle);
	}

	private @Nullable Object proceed(MethodInvocation invocation, LockedMethod method, LockHandle handle)
			throws Throwable {
		boolean deferred = false;
		Object result;
		try {
			deferred = this.release.takeOver(handle, method);
			result = invocation.proceed();
			checkFinished(result, method);
		}
		catch (Throwable ex) {
			if (!deferred) {
				Releases.afterFailure(handle, method, ex);
			}
			throw ex;
		}
		if (deferred) {
			Releases.checkHeld(handle, method);
		}
		else {
			Releases.afterSuccess(handle, method);
		}
		return result;
	}

	private static void checkFinished(@Nullable Object result, LockedMethod method) {
		if (result != null && method.returns().isUnexpectedlyDeferred(result)) {
			throw new InvalidLockAnnotationException(
					method.describe() + " returned a " + result.getClass().getName()
							+ ", whose work goes on when the lock was given back.",
					"Declare that type, and not Object, as the return type of the method.");
		}
	}

}
