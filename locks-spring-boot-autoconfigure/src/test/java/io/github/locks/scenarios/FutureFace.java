package io.github.locks.scenarios;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.github.locks.LockException;
import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.LockType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Futures. A claim is the future that the lock manager gave out. To cancel is to cancel
 * it.
 */
final class FutureFace implements Face {

	private final LockManager locks;

	FutureFace(LockManager locks) {
		this.locks = locks;
	}

	@Override
	public Claim acquire(LockRequest.Builder request, LockOwner owner) {
		return new FutureClaim(this.locks.acquireAsync(request.owner(owner).build()));
	}

	/** A timeout of zero, which a future has in place of {@code tryAcquire}. */
	@Override
	public Optional<LockHandle> tryAcquire(LockRequest.Builder request, LockOwner owner) {
		CompletableFuture<LockHandle> future = this.locks
			.acquireAsync(request.timeout(Duration.ZERO).owner(owner).build());
		assertThat(future).as("a request that is not to wait").isDone();
		return join(future);
	}

	@Override
	public Optional<LockHandle> acquireInTime(LockRequest.Builder request, LockOwner owner) {
		return join(this.locks.acquireAsync(request.owner(owner).build()));
	}

	private static Optional<LockHandle> join(CompletableFuture<LockHandle> future) {
		Bounded.until("the end of the request", future::isDone);
		try {
			return Optional.of(future.join());
		}
		catch (CompletionException ex) {
			if (ex.getCause() instanceof LockTimeoutException) {
				return Optional.empty();
			}
			throw (ex.getCause() instanceof RuntimeException cause) ? cause : ex;
		}
	}

	@Override
	public void acquireNull() {
		this.locks.acquireAsync(null);
	}

	/** What a stranger may do to a future that was granted: nothing has an effect. */
	@Override
	public void releaseAsStranger(Claim held, LockType type, String resource) {
		CompletableFuture<LockHandle> future = ((FutureClaim) held).future;
		assertThat(future.cancel(true)).isFalse();
		assertThat(future.complete(null)).isFalse();
		assertThat(future.completeExceptionally(new IllegalStateException("stranger"))).isFalse();
		assertThat(future).isCompleted();
	}

	/** A future does not block: the interrupt is for what the thread does next. */
	@Override
	public void acquireWhenStopped(LockRequest.Builder request, LockOwner owner) {
		Thread.currentThread().interrupt();
		CompletableFuture<LockHandle> future = this.locks.acquireAsync(request.owner(owner).build());
		assertThat(Thread.interrupted()).as("interrupt flag").isTrue();
		assertThat(future).isCompleted();
		future.join().close();
	}

	@Override
	public boolean isHoldEndedByCancel() {
		return false;
	}

	@Override
	public String describe(Claim claim) {
		return ((FutureClaim) claim).future.toString();
	}

	private record FutureClaim(CompletableFuture<LockHandle> future) implements Claim {

		@Override
		public LockHandle awaitGranted() {
			return Bounded.value(this.future);
		}

		@Override
		public LockException awaitFailed() {
			return Bounded.failure(this.future, LockException.class);
		}

		@Override
		public boolean isSettled() {
			return this.future.isDone();
		}

		@Override
		public void cancel() {
			this.future.cancel(true);
		}

		@Override
		public void awaitCancelled() {
			assertThat(this.future).isCancelled();
		}

		@Override
		public void release() {
			if (!this.future.isCompletedExceptionally()) {
				Bounded.value(this.future).close();
			}
		}

	}

}
