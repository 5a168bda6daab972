package io.github.locks.support;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.github.locks.LockException;
import io.github.locks.LockHandle;
import io.github.locks.LockOperation.Kind;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.local.Acquisition;
import org.jspecify.annotations.Nullable;

/**
 * Gets a lock without a thread that waits. The same steps as {@link BlockingAcquire},
 * each started by who makes it possible: the thread that grants, the timer, or the user
 * who takes the request back. Leaving the queue decides between them; after the grant the
 * future decides, and a lock that nobody takes is handed on.
 */
final class AsyncAcquire {

	private final LockRuntime runtime;

	private final Failures failures;

	private final LockAttempt attempt;

	private final LockFuture future = new LockFuture(this);

	private final Backoff backoff = new Backoff();

	private @Nullable MemberWatch watch;

	/** Whether what it waits for may have happened before it was watched. */
	private boolean missed;

	/** Asks the backend again, once, whoever is the first to want that. */
	private volatile Runnable nextQuestion = () -> {
	};

	private volatile @Nullable Future<?> timeout;

	private AsyncAcquire(LockRuntime runtime, Failures failures, LockRequest request, LockOwner owner) {
		this.runtime = runtime;
		this.failures = failures;
		this.attempt = new LockAttempt(runtime, request, owner,
				(acquisition) -> runtime.workers().execute(this::settled));
	}

	static CompletableFuture<LockHandle> acquire(LockRuntime runtime, Failures failures, LockRequest request,
			LockOwner owner) {
		try {
			runtime.admit(request, owner);
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedFuture(ex);
		}
		return new AsyncAcquire(runtime, failures, request, owner).start();
	}

	private LockFuture start() {
		switch (this.attempt.acquire(this.attempt.timeoutNanos() > 0)) {
			case GRANTED -> granted();
			case UPGRADE_REFUSED -> fail(Kind.UPGRADE_REFUSED, () -> this.failures.upgrade(this.attempt));
			case BUSY ->
				fail(Kind.TIMEOUT, () -> this.failures.timeout(this.attempt, this.attempt.queue().queueLength() + 1));
			case QUEUED -> queued(this.attempt.acquisition());
			case RETIRED -> throw new IllegalStateException("A retired lock is never asked");
		}
		return this.future;
	}

	private void queued(Acquisition acquisition) {
		this.attempt.queued();
		this.timeout = this.runtime.workers().schedule(this::timeUp, this.attempt.remainingNanos());
		this.runtime.graph().add(acquisition);
		if (!acquisition.isQueued()) {
			// Whoever took it out of the queue may have looked for it too early.
			leftQueue();
		}
		else if (this.runtime.isAdmitted(this.attempt.acquisition().owner())) {
			this.runtime.deadlocks().queued(acquisition);
		}
		else if (this.attempt.queue().giveUp(acquisition)) {
			leftQueue();
			fail(Kind.FAILED, () -> this.runtime.closed(this.attempt.request()));
		}
	}

	private void fail(Kind operation, Supplier<LockException> failure) {
		try {
			this.future.fail(this.attempt.fail(operation, failure));
		}
		catch (Throwable ex) {
			this.future.fail(ex);
		}
	}

	/** The wait in the queue has ended by a grant, or because somebody failed it. */
	private void settled() {
		leftQueue();
		if (this.attempt.acquisition().isGranted()) {
			granted();
		}
		else {
			this.future.fail(this.attempt.failedByOther());
		}
	}

	private void granted() {
		if (this.attempt.needsLease()) {
			this.runtime.workers().execute(this::askBackend);
		}
		else {
			deliver(this.attempt.succeed());
		}
	}

	private void deliver(LockHandle handle) {
		if (!this.future.deliver(handle)) {
			handle.closeNow();
		}
	}

	private void askBackend() {
		try {
			if (this.future.isDone()) {
				endGranted(Kind.CANCELLED);
				return;
			}
			DefaultLockHandle handle = this.runtime.leases()
				.ask(this.attempt, this.runtime.settings().leaseOf(this.attempt.request()));
			if (handle != null) {
				endWatch();
				deliver(this.attempt.succeed(handle));
				return;
			}
			this.attempt.refused();
			checkPatience();
			watch();
		}
		catch (Throwable ex) {
			endGranted(LockAttempt.kindOf(ex));
			this.future.fail(ex);
			return;
		}
		askAgain();
	}

	private void watch() {
		this.runtime.deadlocks().waiting();
		MemberWatch current = this.watch;
		this.missed = current == null && !this.attempt.isAsker();
		if (current == null) {
			current = this.runtime.leases().watch(this.attempt, () -> this.nextQuestion.run());
			this.watch = current;
		}
		current.begin();
	}

	private void askAgain() {
		AtomicBoolean asked = new AtomicBoolean();
		Runnable ask = () -> {
			if (asked.compareAndSet(false, true)) {
				this.runtime.workers().execute(this::askBackend);
			}
		};
		MemberWatch watching = Objects.requireNonNull(this.watch);
		boolean told = watching.isPrompt();
		long pause = Math.min(this.backoff.nextNanos(told), this.attempt.remainingNanos());
		// Only now: whoever asks from here on may be the one to end the watch.
		this.nextQuestion = ask;
		if (this.runtime.workers().schedule(ask, pause) == null && asked.compareAndSet(false, true)) {
			endGranted(Kind.FAILED);
			this.future.fail(this.runtime.closed(this.attempt.request()));
		}
		else if (this.missed || (told && !watching.isPrompt()) || this.future.isDone()) {
			// It was told after its last question, before anybody listened.
			ask.run();
		}
	}

	private void endGranted(Kind operation) {
		endWatch();
		this.attempt.endGranted(operation);
	}

	private void endWatch() {
		MemberWatch known = this.watch;
		if (known != null) {
			known.close();
		}
	}

	private void checkPatience() {
		if (this.attempt.remainingNanos() <= 0) {
			this.attempt.checkOutage();
			throw this.failures.timeout(this.attempt, 1);
		}
		this.runtime.admit(this.attempt.request(), this.attempt.acquisition().owner());
	}

	/** On the timer: only leaves the queue. The rest may take time. */
	private void timeUp() {
		int position = this.attempt.queue().positionOf(this.attempt.acquisition());
		Optional<String> deadlock = this.runtime.deadlocks().describe(this.attempt.acquisition());
		if (this.attempt.queue().giveUp(this.attempt.acquisition())) {
			leftQueue();
			this.runtime.workers()
				.execute(() -> fail(Kind.TIMEOUT, () -> this.failures.timeout(this.attempt, position, deadlock)));
		}
	}

	/** The user does not want the lock any more. */
	void takeBack() {
		if (this.attempt.queue().giveUp(this.attempt.acquisition())) {
			leftQueue();
			this.attempt.end(Kind.CANCELLED);
		}
	}

	/** The future has ended: a lock that nobody wants is not to be waited for. */
	void lookAgain() {
		this.nextQuestion.run();
	}

	private void leftQueue() {
		this.runtime.graph().remove(this.attempt.acquisition());
		Future<?> scheduled = this.timeout;
		if (scheduled != null) {
			scheduled.cancel(false);
		}
	}

	@Override
	public String toString() {
		return this.attempt.request().toString();
	}

}
