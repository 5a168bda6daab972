package io.github.locks.aop;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

import io.github.locks.LockHandle;
import org.jspecify.annotations.Nullable;

/**
 * The future of work that runs under a lock. It is done when the work is done <i>and</i>
 * the lock was given back.
 * <p>
 * Cancelling it cancels the work. If the work cannot be cancelled, the lock is held until
 * the work has ended, even though nobody waits for it any more.
 */
final class HeldFuture extends CompletableFuture<@Nullable Object> {

	private final Object work;

	private final LockedMethod method;

	private final LockHandle handle;

	HeldFuture(Object work, LockedMethod method, LockHandle handle) {
		this.work = work;
		this.method = method;
		this.handle = handle;
	}

	/**
	 * The work has ended: gives the lock back, then completes this future.
	 */
	void end(@Nullable Object result, @Nullable Throwable failure) {
		Throwable outcome = Releases.afterEnd(this.handle, this.method, failure);
		if (outcome != null) {
			completeExceptionally(outcome);
		}
		else {
			complete(result);
		}
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		if (isDone()) {
			return isCancelled();
		}
		if (cancelWork(mayInterruptIfRunning)) {
			this.handle.close();
		}
		return super.cancel(mayInterruptIfRunning);
	}

	private boolean cancelWork(boolean mayInterruptIfRunning) {
		try {
			return this.work instanceof Future<?> future && future.cancel(mayInterruptIfRunning);
		}
		catch (UnsupportedOperationException ex) {
			return false;
		}
	}

}
