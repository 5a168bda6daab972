package io.github.locks.support;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import io.github.locks.LockException;
import io.github.locks.LockHandle;
import io.github.locks.LockOperation.Kind;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.local.Acquisition;
import org.jspecify.annotations.Nullable;

/**
 * Gets a lock for the calling thread, which waits for it: first in the queue of this
 * process, then, for a distributed lock, for the backend.
 */
final class BlockingAcquire {

	private final LockRuntime runtime;

	private final Failures failures;

	private final LockAttempt attempt;

	private final boolean interruptible;

	private BlockingAcquire(LockRuntime runtime, Failures failures, LockAttempt attempt, boolean interruptible) {
		this.runtime = runtime;
		this.failures = failures;
		this.attempt = attempt;
		this.interruptible = interruptible;
	}

	/**
	 * Waits for a lock.
	 * @param interruptible whether an interrupt ends the wait
	 */
	static LockHandle acquire(LockRuntime runtime, Failures failures, LockRequest request, boolean interruptible) {
		if (interruptible && Thread.currentThread().isInterrupted()) {
			throw failures.interrupted(request);
		}
		LockOwner owner = ownerOf(request);
		runtime.admit(request, owner);
		LockAttempt attempt = new LockAttempt(runtime, request, owner, null);
		return new BlockingAcquire(runtime, failures, attempt, interruptible).run();
	}

	/**
	 * Takes a lock if it is to be had at once, and in turn.
	 * @return the handle, or {@code null} if it was not to be had
	 */
	static @Nullable LockHandle tryAcquire(LockRuntime runtime, Failures failures, LockRequest request) {
		LockOwner owner = ownerOf(request);
		runtime.admit(request, owner);
		LockAttempt attempt = new LockAttempt(runtime, request, owner, null);
		return switch (attempt.acquire(false)) {
			case GRANTED -> new BlockingAcquire(runtime, failures, attempt, false).askOnce();
			case UPGRADE_REFUSED -> throw attempt.fail(Kind.UPGRADE_REFUSED, () -> failures.upgrade(attempt));
			default -> {
				attempt.end(Kind.TIMEOUT);
				yield null;
			}
		};
	}

	private static LockOwner ownerOf(LockRequest request) {
		LockOwner owner = request.owner();
		return (owner != null) ? owner : LockOwner.current();
	}

	private LockHandle run() {
		switch (this.attempt.acquire(this.attempt.timeoutNanos() > 0)) {
			case UPGRADE_REFUSED ->
				throw this.attempt.fail(Kind.UPGRADE_REFUSED, () -> this.failures.upgrade(this.attempt));
			case BUSY -> throw this.attempt.fail(Kind.TIMEOUT,
					() -> this.failures.timeout(this.attempt, this.attempt.queue().queueLength() + 1));
			case QUEUED -> awaitTurn(this.attempt.acquisition());
			default -> {
			}
		}
		return this.attempt.needsLease() ? this.attempt.succeed(awaitBackend()) : this.attempt.succeed();
	}

	private void awaitTurn(Acquisition acquisition) {
		int position = 0;
		Optional<String> deadlock = Optional.empty();
		this.attempt.queued();
		acquisition.spin(this.attempt.remainingNanos());
		if (acquisition.isQueued()) {
			this.runtime.graph().add(acquisition);
			try {
				if (this.runtime.isAdmitted(acquisition.owner())) {
					this.runtime.deadlocks().queued(acquisition);
					acquisition.await(this.attempt.remainingNanos(), this.interruptible);
				}
				if (acquisition.isQueued()) {
					position = this.attempt.queue().positionOf(acquisition);
					deadlock = this.runtime.deadlocks().describe(acquisition);
				}
			}
			finally {
				this.runtime.graph().remove(acquisition);
			}
		}
		if (this.attempt.queue().giveUp(acquisition)) {
			throw gaveUp(position, deadlock);
		}
		if (!acquisition.isGranted()) {
			throw this.attempt.failedByOther();
		}
	}

	private LockException gaveUp(int position, Optional<String> deadlock) {
		if (isInterrupted()) {
			return this.attempt.fail(Kind.INTERRUPTED, () -> this.failures.interrupted(this.attempt.request()));
		}
		if (!this.runtime.isAdmitted(this.attempt.acquisition().owner())) {
			return this.attempt.fail(Kind.FAILED, () -> this.runtime.closed(this.attempt.request()));
		}
		return this.attempt.fail(Kind.TIMEOUT, () -> this.failures.timeout(this.attempt, position, deadlock));
	}

	private DefaultLockHandle awaitBackend() {
		AtomicBoolean interrupted = new AtomicBoolean();
		try {
			return askAgainAndAgain(interrupted);
		}
		catch (Throwable ex) {
			this.attempt.endGranted(LockAttempt.kindOf(ex));
			throw ex;
		}
		finally {
			if (interrupted.get()) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/** Ends its watch before the next in the queue may begin one. */
	private DefaultLockHandle askAgainAndAgain(AtomicBoolean interrupted) {
		Backoff backoff = new Backoff();
		Duration limit = this.runtime.settings().leaseOf(this.attempt.request());
		Thread waiter = Thread.currentThread();
		MemberWatch watch = null;
		try {
			while (true) {
				DefaultLockHandle handle = this.runtime.leases().ask(this.attempt, limit);
				if (handle != null) {
					return handle;
				}
				this.runtime.deadlocks().waiting();
				this.attempt.refused();
				checkPatience();
				if (watch == null) {
					watch = this.runtime.leases().watch(this.attempt, () -> LockSupport.unpark(waiter));
					if (!this.attempt.isAsker()) {
						// What it waits for may have happened before it was watched.
						continue;
					}
				}
				watch.begin();
				park(Math.min(backoff.nextNanos(watch.isPrompt()), this.attempt.remainingNanos()), interrupted);
			}
		}
		finally {
			if (watch != null) {
				watch.close();
			}
		}
	}

	/**
	 * Whoever cannot be interrupted keeps the interrupt for later, else it could not
	 * park.
	 */
	private void park(long nanos, AtomicBoolean interrupted) {
		LockSupport.parkNanos(this, nanos);
		if (!this.interruptible && Thread.interrupted()) {
			interrupted.set(true);
		}
	}

	private void checkPatience() {
		if (isInterrupted()) {
			throw this.failures.interrupted(this.attempt.request());
		}
		if (this.attempt.remainingNanos() <= 0) {
			this.attempt.checkOutage();
			throw this.failures.timeout(this.attempt, 1);
		}
		this.runtime.admit(this.attempt.request(), this.attempt.acquisition().owner());
	}

	private @Nullable LockHandle askOnce() {
		if (!this.attempt.needsLease()) {
			return this.attempt.succeed();
		}
		DefaultLockHandle handle;
		try {
			handle = this.runtime.leases().ask(this.attempt, this.runtime.settings().leaseOf(this.attempt.request()));
			this.attempt.checkOutage();
		}
		catch (Throwable ex) {
			this.attempt.endGranted(LockAttempt.kindOf(ex));
			throw ex;
		}
		if (handle == null) {
			this.attempt.endGranted(Kind.TIMEOUT);
			return null;
		}
		return this.attempt.succeed(handle);
	}

	private boolean isInterrupted() {
		return this.interruptible && Thread.currentThread().isInterrupted();
	}

}
