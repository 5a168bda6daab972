package io.github.locks.aop;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.locks.LockException;
import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import reactor.core.publisher.Mono;

/**
 * Requests that are made one after the other without a thread that waits, and settled
 * together: whatever is granted by then is given back, whatever is not leaves its queue,
 * and what comes later gets nothing. Settling may come at any time, from any thread; the
 * list of requests decides on which side of it a request stands.
 */
final class Grants implements TransactionLocks.Kept {

	private final LockManager locks;

	private final List<PlannedLock> plan;

	private final LockOwner owner;

	private final HeldLocks held;

	@GuardedBy("this")
	private final List<CompletableFuture<LockHandle>> requests = new ArrayList<>(1);

	@GuardedBy("this")
	private boolean settled;

	Grants(LockManager locks, LockedMethod method, List<PlannedLock> plan, LockOwner owner) {
		this.locks = locks;
		this.plan = plan;
		this.owner = owner;
		this.held = new HeldLocks(method.label(), plan);
	}

	/**
	 * Takes the locks in the order of the plan. No request is made before the result is
	 * subscribed to: by then a cancellation reaches who settles the requests.
	 * @return all locks; or a {@link LockRefusal}, and then none is held
	 */
	Mono<HeldLocks> acquire() {
		return Mono.defer(() -> acquire(0));
	}

	private Mono<HeldLocks> acquire(int index) {
		if (index == this.plan.size()) {
			return Mono.just(this.held);
		}
		PlannedLock planned = this.plan.get(index);
		return Mono.fromFuture(request(planned)).onErrorMap(LockException.class, (ex) -> {
			settle(LockHandle::closeNow);
			return new LockRefusal(planned, ex);
		}).flatMap((handle) -> {
			this.held.add(handle);
			return acquire(index + 1);
		});
	}

	private CompletableFuture<LockHandle> request(PlannedLock planned) {
		CompletableFuture<LockHandle> request = this.locks.acquireAsync(planned.request(this.owner));
		boolean late;
		synchronized (this) {
			late = this.settled;
			if (!late) {
				this.requests.add(request);
			}
		}
		if (late) {
			settle(request, LockHandle::closeNow);
		}
		return request;
	}

	@Override
	public void checkHeld() {
		this.held.checkHeld();
	}

	@Override
	public void close() {
		settle(LockHandle::close);
	}

	/**
	 * Ends all requests. What was granted is given back without a minimum hold: no work
	 * has been done under it.
	 */
	void giveBackUnused() {
		settle(LockHandle::closeNow);
	}

	private void settle(Consumer<LockHandle> close) {
		List<CompletableFuture<LockHandle>> ended;
		synchronized (this) {
			this.settled = true;
			ended = new ArrayList<>(this.requests);
			this.requests.clear();
		}
		LastFirst.end(ended, (request) -> settle(request, close));
	}

	private static void settle(CompletableFuture<LockHandle> request, Consumer<LockHandle> close) {
		if (!request.cancel(false) && !request.isCompletedExceptionally()) {
			close.accept(request.join());
		}
	}

}
