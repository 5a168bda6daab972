package io.github.locks.scenarios;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

import io.github.locks.LockException;
import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.LockType;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Reactor. A claim is a subscription that works under the lock until it is told to end.
 * To cancel is to cancel the subscription, which ends the work too.
 */
final class MonoFace implements Face {

	private final LockManager locks;

	MonoFace(LockManager locks) {
		this.locks = locks;
	}

	@Override
	public Claim acquire(LockRequest.Builder request, LockOwner owner) {
		return new MonoClaim((granted, work) -> work(request.owner(owner).build(), granted, work));
	}

	/**
	 * The request itself is the resource of the pipeline, and not only the lock: a
	 * subscriber that cancels before it has requested anything would never get to see the
	 * handle of a lock that was free.
	 */
	private Mono<Void> work(LockRequest request, CompletableFuture<LockHandle> granted, Mono<Void> work) {
		return Mono.using(() -> this.locks.acquireAsync(request),
				(future) -> Mono.fromFuture(future).doOnNext(granted::complete).then(work), MonoFace::settle);
	}

	private static void settle(CompletableFuture<LockHandle> request) {
		if (!request.cancel(false) && !request.isCompletedExceptionally()) {
			request.join().close();
		}
	}

	/** A timeout of zero, which a publisher has in place of {@code tryAcquire}. */
	@Override
	public Optional<LockHandle> tryAcquire(LockRequest.Builder request, LockOwner owner) {
		return acquireInTime(request.timeout(Duration.ZERO), owner);
	}

	@Override
	public Optional<LockHandle> acquireInTime(LockRequest.Builder request, LockOwner owner) {
		return mono(request.owner(owner).build()).onErrorResume(LockTimeoutException.class, (ex) -> Mono.empty())
			.blockOptional(Bounded.BOUND);
	}

	private Mono<LockHandle> mono(LockRequest request) {
		return Mono.fromFuture(() -> this.locks.acquireAsync(request));
	}

	@Override
	public void acquireNull() {
		mono(null).block(Bounded.BOUND);
	}

	/** Each subscription is a request of its own: to end another one has no effect. */
	@Override
	public void releaseAsStranger(Claim held, LockType type, String resource) {
		LockOwner stranger = LockOwner.create("stranger");
		LockRequest.Builder request = LockRequest.of(type, resource);
		((MonoClaim) acquire(request, stranger)).clear();
		assertThat(((MonoClaim) held).subscription.isDisposed()).isFalse();
	}

	/** A subscriber that cancels as soon as it can: before it has requested anything. */
	@Override
	public void acquireWhenStopped(LockRequest.Builder request, LockOwner owner) {
		CompletableFuture<LockHandle> granted = new CompletableFuture<>();
		work(request.owner(owner).build(), granted, Mono.never()).subscribe(new BaseSubscriber<Void>() {

			@Override
			protected void hookOnSubscribe(Subscription subscription) {
				cancel();
			}

		});
		assertThat(granted).isNotDone();
	}

	@Override
	public boolean isHoldEndedByCancel() {
		return true;
	}

	@Override
	public String describe(Claim claim) {
		return "";
	}

	private static final class MonoClaim implements Claim {

		private final CompletableFuture<LockHandle> granted = new CompletableFuture<>();

		private final CompletableFuture<Void> ended = new CompletableFuture<>();

		private final Sinks.Empty<Void> work = Sinks.empty();

		private final Disposable subscription;

		MonoClaim(BiFunction<CompletableFuture<LockHandle>, Mono<Void>, Mono<Void>> mono) {
			Mono<Void> underTheLock = mono.apply(this.granted, this.work.asMono());
			assertThat(this.granted).as("lock of a publisher without subscriber").isNotDone();
			this.subscription = underTheLock.doFinally((signal) -> this.ended.complete(null)).subscribe((nothing) -> {
			}, this.granted::completeExceptionally);
		}

		@Override
		public LockHandle awaitGranted() {
			return Bounded.value(this.granted);
		}

		@Override
		public LockException awaitFailed() {
			return Bounded.failure(this.granted, LockException.class);
		}

		@Override
		public boolean isSettled() {
			return this.granted.isDone();
		}

		@Override
		public void cancel() {
			this.subscription.dispose();
		}

		/** A cancelled subscriber hears nothing more. */
		@Override
		public void awaitCancelled() {
			Bounded.value(this.ended);
			assertThat(this.subscription.isDisposed()).isTrue();
			assertThat(this.granted).isNotDone();
		}

		@Override
		public void release() {
			this.work.tryEmitEmpty();
			Bounded.value(this.ended);
		}

	}

}
