package io.github.locks.aop;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * One subscription to a locked method: waits for the locks, works under them, gives them
 * back before the end is passed on.
 * <p>
 * A cancellation may come at any time, also while a lock is granted. Who moves the state
 * away from {@link State#WAITING} decides: either the work begins, or it never will. In
 * both cases the end of the subscription settles the requests: each leaves its queue, or
 * the lock that it was granted is closed.
 */
final class LockedSubscription {

	/** Under which the Reactor context carries the owner of reactive locks. */
	private static final Object OWNER = new Object() {

		@Override
		public String toString() {
			return "io.github.locks.owner";
		}

	};

	private final LockManager locks;

	private final ReactiveWork work;

	private final LockedMethod method;

	private final @Nullable ReactiveTransactionRelease release;

	private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

	LockedSubscription(LockManager locks, ReactiveWork work, @Nullable ReactiveTransactionRelease release) {
		this.locks = locks;
		this.work = work;
		this.method = work.method();
		this.release = release;
	}

	/**
	 * Asks for the locks.
	 * @param plan which
	 * @param context the context of the subscriber
	 * @return the work under the locks
	 */
	Flux<Object> start(List<PlannedLock> plan, ContextView context) {
		LockOwner caller = context.getOrDefault(OWNER, null);
		if (this.release == null) {
			return start(plan, caller);
		}
		String name = LockedMethod.nextCall(this.method.label());
		return this.release
			.takeOver(name, caller, plan, (missing, owner) -> new Grants(this.locks, this.method, missing, owner))
			.map((owner) -> start(plan, owner))
			.onErrorResume(LockRefusal.class, (refusal) -> Mono.just(refused(refusal)))
			.switchIfEmpty(Mono.fromSupplier(() -> start(plan, caller)))
			.flatMapMany((flux) -> flux);
	}

	private Flux<Object> start(List<PlannedLock> plan, @Nullable LockOwner caller) {
		String name = LockedMethod.nextCall(this.method.label());
		LockOwner owner = (caller != null) ? caller.nested(name) : LockOwner.create(name);
		Grants grants = new Grants(this.locks, this.method, plan, owner);
		return grants.acquire()
			.map((held) -> work(held, owner))
			.onErrorResume(LockRefusal.class, (refusal) -> Mono.just(refused(refusal)))
			.flatMapMany((flux) -> flux)
			.doFinally((signal) -> end(grants));
	}

	private void end(Grants grants) {
		if (this.state.getAndSet(State.ENDED) == State.WAITING) {
			grants.giveBackUnused();
		}
		else {
			grants.close();
		}
	}

	private Flux<Object> refused(LockRefusal refusal) {
		if (refusal.hasFallback()) {
			return Flux.defer(() -> this.work.runFallback(refusal));
		}
		return refusal.isSkipped() ? Flux.empty() : Flux.error(refusal.failure());
	}

	private Flux<Object> work(HeldLocks held, LockOwner owner) {
		if (!this.state.compareAndSet(State.WAITING, State.WORKING)) {
			return Flux.empty();
		}
		Flux<Object> flux = new ThrownErrors(Flux.from(this.work.run(held))).doOnError(held::afterFailure)
			.concatWith(Mono.fromRunnable(() -> complete(held)))
			.contextWrite((context) -> enter(context, held, owner));
		List<LockHandle> watched = held.interrupting();
		return watched.isEmpty() ? flux : untilLost(flux, held, watched);
	}

	/**
	 * Cancels the work when a lock is lost. The signal completes, because
	 * {@code takeUntilOther} does not cancel its source when it fails.
	 */
	private static Flux<Object> untilLost(Flux<Object> work, HeldLocks held, List<LockHandle> watched) {
		CompletableFuture<LockHandle> lost = new CompletableFuture<>();
		watched.forEach((handle) -> handle.onLost(() -> lost.complete(handle)));
		return work.takeUntilOther(Mono.fromFuture(lost, true)).concatWith(Mono.defer(() -> {
			LockHandle handle = lost.getNow(null);
			return (handle != null) ? Mono.error(held.lost(handle, null)) : Mono.empty();
		}));
	}

	private static Context enter(Context context, HeldLocks held, LockOwner owner) {
		List<LockHandle> handles = new ArrayList<>(ReactiveLocks.held(context));
		handles.addAll(held.handles());
		return ReactiveLocks.enter(context.put(OWNER, owner), List.copyOf(handles));
	}

	private void complete(HeldLocks held) {
		if (this.state.get() != State.ENDED) {
			held.afterSuccess();
		}
	}

	private enum State {

		/** The locks are not granted yet, or the work has not begun. */
		WAITING,

		/** The work has begun. */
		WORKING,

		/** The subscription ended; work that has not begun never will. */
		ENDED

	}

}
