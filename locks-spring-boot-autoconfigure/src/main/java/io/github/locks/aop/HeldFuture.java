package io.github.locks.aop;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

import io.github.locks.LockHandle;
import org.jspecify.annotations.Nullable;

/**
 * The future of work that runs under locks. It is done when the work is done <i>and</i>
 * the locks were given back; or when a lock was lost whose loss is to stop the work.
 * <p>
 * Cancelling it cancels the future of the work, which ends the locks; a computation that
 * does not heed that goes on without them. If the work cannot be cancelled at all, the
 * locks are held until it has ended, even though nobody waits for it any more.
 */
final class HeldFuture extends CompletableFuture<@Nullable Object> {

	private final Object work;

	private final LockedMethod method;

	private final HeldLocks held;

	HeldFuture(Object work, LockedMethod method, HeldLocks held) {
		this.work = work;
		this.method = method;
		this.held = held;
	}

	/**
	 * The work has ended: gives the locks back, then completes this future.
	 */
	void end(@Nullable Object result, @Nullable Throwable failure) {
		Throwable outcome = this.held.afterEnd((failure != null) ? failure : problemOf(result));
		if (outcome != null) {
			completeExceptionally(outcome);
		}
		else {
			complete(result);
		}
	}

	private @Nullable Throwable problemOf(@Nullable Object result) {
		try {
			this.method.checkFinished(result);
			return null;
		}
		catch (RuntimeException | Error ex) {
			return ex;
		}
	}

	/**
	 * A lock was lost and the work is to stop: fails this future, then cancels the work.
	 */
	void lost(LockHandle handle) {
		if (completeExceptionally(this.held.lost(handle, null))) {
			cancelWork(true);
		}
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		if (isDone()) {
			return isCancelled();
		}
		if (cancelWork(mayInterruptIfRunning)) {
			this.held.close();
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
