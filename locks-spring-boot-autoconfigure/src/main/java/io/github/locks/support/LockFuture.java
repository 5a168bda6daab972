package io.github.locks.support;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

import io.github.locks.LockHandle;
import org.jspecify.annotations.Nullable;

/**
 * The future handle of an asynchronous request. Whoever completes it but the lock manager
 * has taken the request back.
 */
final class LockFuture extends CompletableFuture<LockHandle> {

	private final AsyncAcquire request;

	LockFuture(AsyncAcquire request) {
		this.request = request;
	}

	/** Hands the lock over; {@code false} if nobody wants it any more. */
	boolean deliver(LockHandle handle) {
		return super.complete(handle);
	}

	void fail(Throwable failure) {
		super.completeExceptionally(failure);
	}

	@Override
	public boolean complete(LockHandle value) {
		this.request.takeBack();
		boolean ended = super.complete(value);
		this.request.lookAgain();
		return ended;
	}

	@Override
	public boolean completeExceptionally(Throwable failure) {
		this.request.takeBack();
		boolean ended = super.completeExceptionally(failure);
		this.request.lookAgain();
		return ended;
	}

	@Override
	public CompletableFuture<LockHandle> completeAsync(Supplier<? extends LockHandle> supplier, Executor executor) {
		this.request.takeBack();
		return super.completeAsync(supplier, executor);
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		this.request.takeBack();
		boolean ended = super.cancel(mayInterruptIfRunning);
		this.request.lookAgain();
		return ended;
	}

	@Override
	public <U> CompletableFuture<U> newIncompleteFuture() {
		return new CompletableFuture<>();
	}

	@Override
	public String toString() {
		return "LockFuture of the " + this.request + describe();
	}

	private String describe() {
		@Nullable LockHandle handle = (isDone() && !isCompletedExceptionally()) ? getNow(null) : null;
		return (handle != null) ? " (granted)" : isDone() ? " (failed)" : " (waiting)";
	}

}
