package io.github.locks.support;

import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.github.locks.DeadlockException;
import io.github.locks.LockException;
import io.github.locks.LockHandle;
import io.github.locks.LockInterruptedException;
import io.github.locks.LockOperation;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.LockType;
import io.github.locks.local.Acquisition;
import io.github.locks.local.FairLock;
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

	private final ManagedResource resource;

	private final Acquisition acquisition;

	private final long timeoutNanos;

	/** Waits for the backend, without having waited in the queue. */
	private volatile boolean asksAgain;

	LockAttempt(LockRuntime runtime, LockRequest request, LockOwner owner,
			@Nullable Consumer<Acquisition> whenSettled) {
		this.runtime = runtime;
		this.request = request;
		this.timeoutNanos = LockSettings.nanos(runtime.settings().timeoutOf(request));
		this.resource = runtime.resources().retain(request.resource());
		this.acquisition = queue().prepare(request.type(), owner, request.method(), whenSettled);
		runtime.graph().add(this.acquisition);
	}

	LockRequest request() {
		return this.request;
	}

	Acquisition acquisition() {
		return this.acquisition;
	}

	FairLock queue() {
		return this.resource.queue(this.request.type());
	}

	DistributedLock distributedLock() {
		return this.resource.distributedLock();
	}

	boolean isDistributed() {
		return this.request.type() == LockType.DISTRIBUTED;
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
		return new LeaseRequest(this.request.resource(), this.acquisition.owner().name(), this.request.method(),
				Instant.now());
	}

	DefaultLockHandle newHandle(long fencingToken) {
		return new DefaultLockHandle(this.runtime, this.resource, this.request, this.acquisition, fencingToken);
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

	LockHandle succeed(DefaultLockHandle handle, boolean waited) {
		long nanos = waited ? waitedNanos() : 0;
		handle.waitedNanos(nanos);
		publish(LockOperation.Kind.ACQUIRED, nanos);
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
		this.runtime.graph().remove(this.acquisition);
		publish(operation, waitedNanos());
		this.runtime.resources().release(this.resource);
	}

	private void publish(LockOperation.Kind operation, long waitNanos) {
		this.runtime.publish(this.resource,
				new LockEvent(operation, this.request.resource(), this.request.type(), this.acquisition.owner().name(),
						this.request.method(), this.request.template(), System.nanoTime(), waitNanos,
						this.asksAgain || this.acquisition.hasWaited(), 0));
	}

	ManagedResource resource() {
		return this.resource;
	}

}
