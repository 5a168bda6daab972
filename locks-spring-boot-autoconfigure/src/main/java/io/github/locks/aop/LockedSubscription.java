package io.github.locks.aop;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/**
 * One subscription to a locked method: waits for the lock, works under it, gives it back
 * before the end is passed on.
 * <p>
 * A cancellation may come at any time, also while the lock is granted. Who moves the
 * state away from {@link State#WAITING} decides: either the work begins, or it never
 * will. In both cases the end of the subscription settles the request: it leaves the
 * queue, or the lock that it was granted is closed.
 */
final class LockedSubscription {

	/** Under which the Reactor context carries the owner of a reactive lock. */
	private static final Object OWNER = new Object() {

		@Override
		public String toString() {
			return "io.github.locks.owner";
		}

	};

	private final LockManager locks;

	private final ReactiveWork work;

	private final LockedMethod method;

	private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

	LockedSubscription(LockManager locks, ReactiveWork work) {
		this.locks = locks;
		this.work = work;
		this.method = work.method();
	}

	/**
	 * Asks for the lock.
	 * @param resource name of the resource
	 * @param context the context of the subscriber
	 * @return the work under the lock
	 */
	Flux<Object> start(String resource, ContextView context) {
		LockOwner parent = context.getOrDefault(OWNER, null);
		String name = LockedMethod.nextCall(this.method.label());
		LockOwner owner = (parent != null) ? parent.nested(name) : LockOwner.create(name);
		LockRequest request = this.method.request(resource, owner);
		CompletableFuture<LockHandle> grant = this.locks.acquireAsync(request);
		return granted(grant).flatMapMany((handle) -> work(handle, owner)).doFinally((signal) -> settle(grant));
	}

	private Mono<LockHandle> granted(CompletableFuture<LockHandle> grant) {
		Mono<LockHandle> granted = Mono.fromFuture(grant);
		return this.method.isSkipped() ? granted.onErrorComplete(LockTimeoutException.class) : granted;
	}

	private Flux<Object> work(LockHandle handle, LockOwner owner) {
		if (!this.state.compareAndSet(State.WAITING, State.WORKING)) {
			return Flux.empty();
		}
		return Flux.from(this.work.run(owner))
			.doOnError((failure) -> Releases.afterFailure(handle, this.method, failure))
			.concatWith(Mono.fromRunnable(() -> complete(handle)))
			.contextWrite((context) -> context.put(OWNER, owner));
	}

	private void complete(LockHandle handle) {
		if (this.state.get() != State.ENDED) {
			Releases.afterSuccess(handle, this.method);
		}
	}

	private void settle(CompletableFuture<LockHandle> grant) {
		this.state.set(State.ENDED);
		if (!grant.cancel(false) && !grant.isCompletedExceptionally()) {
			grant.join().close();
		}
	}

	private enum State {

		/** The lock is not granted yet, or the work has not begun. */
		WAITING,

		/** The work has begun. */
		WORKING,

		/** The subscription ended; work that has not begun never will. */
		ENDED

	}

}
