package io.github.locks.support;

import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.github.locks.DeadlockException;
import io.github.locks.LockBackendUnavailableException;
import io.github.locks.LockException;
import io.github.locks.LockHandle;
import io.github.locks.LockInterruptedException;
import io.github.locks.LockOperation;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.local.Acquisition;
import io.github.locks.local.FairLock;
import io.github.locks.local.Outcome;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.LockEvent;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to get a lock, up to its handle or its failure. What blocking and
 * asynchronous requests have in common: exactly one of {@link #succeed} and {@link #fail}
 * ends it.
 */
final class LockAttempt {

	private final LockRuntime runtime;

	private final LockRequest request;

	private final LockOwner owner;

	private final @Nullable Consumer<Acquisition> whenSettled;

	private final long timeoutNanos;

	private final boolean needsLease;

	private ManagedResource resource;

	private Acquisition acquisition;

	/** The handle of a lock that was free, or shared by readers only. */
	private @Nullable LockHandle direct;

	/** Waits for the backend, without having waited in the queue. */
	private volatile boolean asksAgain;

	/** Why the backend did not answer the last time, if it did not. */
	private volatile @Nullable LockBackendUnavailableException outage;

	LockAttempt(LockRuntime runtime, LockRequest request, LockOwner owner,
			@Nullable Consumer<Acquisition> whenSettled) {
		this.runtime = runtime;
		this.request = request;
		this.owner = owner;
		this.whenSettled = whenSettled;
		this.timeoutNanos = LockSettings.nanos(runtime.settings().timeoutOf(request));
		this.needsLease = runtime.settings().needsLease(request);
		this.resource = runtime.resources().get(request.resource());
		this.acquisition = prepare();
	}

	private Acquisition prepare() {
		return this.resource.queue(this.request.type())
			.prepare(this.request.type(), this.owner, this.request.method(), this.whenSettled);
	}

	/**
	 * Asks the lock, and the one that came in its place if it was evicted meanwhile.
	 * Called once, before anybody else knows of this attempt.
	 */
	Outcome acquire(boolean mayQueue) {
		if (!this.needsLease) {
			this.direct = DirectAcquire.enter(this.runtime, this.resource, this.request.type(), this.owner,
					this.request);
			if (this.direct != null) {
				return Outcome.GRANTED;
			}
		}
		Outcome outcome = this.acquisition.lock().acquire(this.acquisition, mayQueue);
		while (outcome == Outcome.RETIRED) {
			this.resource = this.runtime.resources().renew(this.resource.resource());
			this.acquisition = prepare();
			outcome = this.acquisition.lock().acquire(this.acquisition, mayQueue);
		}
		return outcome;
	}

	LockRequest request() {
		return this.request;
	}

	Acquisition acquisition() {
		return this.acquisition;
	}

	FairLock queue() {
		return this.acquisition.lock();
	}

	DistributedLock distributedLock() {
		return this.resource.distributedLock(this.request.type());
	}

	/** Whether to ask the backend after the queue. */
	boolean needsLease() {
		return this.needsLease;
	}

	long timeoutNanos() {
		return this.timeoutNanos;
	}

	long remainingNanos() {
		return this.timeoutNanos - waitedNanos();
	}

	private long waitedNanos() {
		return System.nanoTime() - this.acquisition.requestedNanos();
	}

	LeaseRequest leaseRequest() {
		return new LeaseRequest(this.request.resource(), this.request.type(), this.acquisition.owner().name(),
				this.request.method(), Instant.now());
	}

	void outage(@Nullable LockBackendUnavailableException reason) {
		this.outage = reason;
	}

	/** Fails if nobody knows who has the lock. */
	void checkOutage() {
		LockBackendUnavailableException reason = this.outage;
		if (reason != null) {
			throw reason;
		}
	}

	/** Whether it asks the backend, rather than waiting for others of this process. */
	boolean isAsker() {
		return distributedLock().asks(this.acquisition);
	}

	/** The handle of a lock inside of this process. */
	LockHandle succeed() {
		LockHandle entered = this.direct;
		if (entered != null) {
			return entered;
		}
		try {
			LockHandle handle = new LocalLockHandle(this.runtime, this.resource, this.acquisition,
					this.request.template());
			this.runtime.publishAcquired(this.resource, this.request, this.acquisition);
			return handle;
		}
		catch (Throwable ex) {
			queue().release(this.acquisition);
			throw ex;
		}
	}

	DefaultLockHandle newHandle(HeldLease lease) {
		return new DefaultLockHandle(this.runtime, this.resource, this.request, this.acquisition, lease);
	}

	/** The request stands in the queue. */
	void queued() {
		this.runtime.listeners().onWaiting(this.request, this.acquisition.owner());
	}

	/** The backend said no to a request; if that is ready to wait, it asks again. */
	void refused() {
		if (this.timeoutNanos > 0 && !this.asksAgain && !this.acquisition.hasWaited()) {
			this.asksAgain = true;
			this.runtime.listeners().onWaiting(this.request, this.acquisition.owner());
		}
	}

	/** The handle of a lock that other processes respect. */
	LockHandle succeed(DefaultLockHandle handle) {
		long now = System.nanoTime();
		handle.waitedNanos(now - this.acquisition.requestedNanos());
		publish(LockOperation.Kind.ACQUIRED, now);
		return handle;
	}

	/** Ends an attempt that is not in the queue any more and was not granted. */
	<E extends LockException> E fail(LockOperation.Kind operation, Supplier<E> failure) {
		try {
			return failure.get();
		}
		finally {
			end(operation);
		}
	}

	/** Ends an attempt that somebody else made fail while it was in the queue. */
	RuntimeException failedByOther() {
		RuntimeException failure = this.acquisition.failure();
		if (failure == null) {
			failure = new IllegalStateException("The " + this.request + " left the queue without a reason");
		}
		end(kindOf(failure));
		return failure;
	}

	/** Ends an attempt that was granted by the queue, by handing the grant on. */
	void endGranted(LockOperation.Kind operation) {
		try {
			this.runtime.leases().leave(distributedLock(), this.acquisition, null);
		}
		finally {
			queue().release(this.acquisition);
			this.runtime.leases().releaseUnwanted(distributedLock());
			end(operation);
		}
	}

	static LockOperation.Kind kindOf(Throwable failure) {
		if (failure instanceof LockTimeoutException) {
			return LockOperation.Kind.TIMEOUT;
		}
		if (failure instanceof LockInterruptedException) {
			return LockOperation.Kind.INTERRUPTED;
		}
		return (failure instanceof DeadlockException) ? LockOperation.Kind.DEADLOCK : LockOperation.Kind.FAILED;
	}

	void end(LockOperation.Kind operation) {
		publish(operation, System.nanoTime());
	}

	private void publish(LockOperation.Kind operation, long now) {
		this.runtime.publish(this.resource,
				new LockEvent(operation, this.request.resource(), this.request.type(), this.acquisition.owner().name(),
						this.request.method(), this.request.template(), now, now - this.acquisition.requestedNanos(),
						this.asksAgain || this.acquisition.hasWaited(), 0));
	}

	ManagedResource resource() {
		return this.resource;
	}

}
