package io.github.locks.aop;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.Supplier;

import io.github.locks.LockException;
import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import io.github.locks.LockTimeoutException;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Calls whose work is over when the future they return is done. The lock belongs to the
 * call, not to the thread: a second call of the same thread has to wait.
 * <p>
 * The caller gets a {@link HeldFuture} where the declared type allows it, else the
 * original future, which others may then see done a moment before the lock is free.
 */
final class FutureCall implements LockedCall {

	private final Supplier<LockManager> locks;

	private final FutureWatcher watcher = new FutureWatcher();

	FutureCall(Supplier<LockManager> locks) {
		this.locks = locks;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation, LockedMethod method) throws Throwable {
		LockOwner caller = LockOwner.current();
		LockOwner owner = caller.nested(LockedMethod.nextCall(caller.name()));
		LockHandle handle;
		try {
			handle = this.locks.get().acquire(method.request(method.resource(invocation), owner));
		}
		catch (LockException ex) {
			return refused(method, ex);
		}
		Object work = proceed(invocation, method, handle);
		if (work == null) {
			Releases.afterSuccess(handle, method);
			return null;
		}
		return follow(work, method, handle);
	}

	@SuppressWarnings("FutureReturnValueIgnored") // the caller gets the future
	private static Object refused(LockedMethod method, LockException failure) {
		if (failure instanceof LockTimeoutException && method.isSkipped()) {
			return CompletableFuture.completedFuture(null);
		}
		if (method.returns().acceptsCompletableFuture()) {
			return CompletableFuture.failedFuture(failure);
		}
		throw failure;
	}

	private static @Nullable Object proceed(MethodInvocation invocation, LockedMethod method, LockHandle handle)
			throws Throwable {
		LockOwner.Scope scope = handle.owner().carry();
		try {
			return invocation.proceed();
		}
		catch (Throwable ex) {
			Releases.afterFailure(handle, method, ex);
			throw ex;
		}
		finally {
			scope.close();
		}
	}

	private Object follow(Object work, LockedMethod method, LockHandle handle) {
		HeldFuture held = new HeldFuture(work, method, handle);
		try {
			if (work instanceof CompletionStage<?> stage) {
				stage.whenComplete(held::end);
			}
			else {
				this.watcher.watch((Future<?>) work, held);
			}
		}
		catch (RuntimeException | Error ex) {
			Releases.afterFailure(handle, method, ex);
			throw ex;
		}
		return method.returns().acceptsCompletableFuture() ? held : work;
	}

}
