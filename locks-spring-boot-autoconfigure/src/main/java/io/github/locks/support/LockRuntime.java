package io.github.locks.support;

import io.github.locks.LockHandle;
import io.github.locks.LockManagerClosedException;
import io.github.locks.LockOperation;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockType;
import io.github.locks.deadlock.WaitForGraph;
import io.github.locks.local.Acquisition;
import io.github.locks.local.FairLock;
import io.github.locks.spi.LockClock;
import io.github.locks.spi.LockEvent;
import io.github.locks.statistics.HoldCell;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of one lock manager share.
 *
 * @param settings the settings
 * @param workers the threads
 * @param resources the resources in use
 * @param graph who waits for whom
 * @param deadlocks the search for deadlocks
 * @param leases the leases from the backend
 * @param listeners who is told of events
 * @param shutdown whether the manager takes requests
 * @param clock the time for statistics
 */
record LockRuntime(LockSettings settings, Workers workers, ResourceTable resources, WaitForGraph graph,
		DeadlockMonitor deadlocks, Leases leases, Listeners listeners, Shutdown shutdown, LockClock clock) {

	/** Refuses new work once the manager is closing; who is inside may go on. */
	void admit(LockRequest request, LockOwner owner) {
		if (!isAdmitted(owner)) {
			throw closed(request);
		}
	}

	/** Whether a request of an owner would be admitted now. */
	boolean isAdmitted(LockOwner owner) {
		return !this.shutdown.isClosed() && (!this.shutdown.isClosing() || isInside(owner));
	}

	/** Whether an owner holds a lock; to ask the backend for one is not to hold it. */
	boolean isInside(LockOwner owner) {
		return this.resources.isInside(owner, this.leases.askers());
	}

	LockManagerClosedException closed(LockRequest request) {
		return new LockManagerClosedException("The " + request + " was not given out: the lock manager is closed.",
				request.resource(), request.type(), null);
	}

	/** The time to be noted for what happens to a resource now. */
	long now(ManagedResource resource) {
		return resource.recorder().notBeforeLastEvent(this.clock.nanos());
	}

	/** Gives a lock back that was free when it was asked for, once. */
	void release(DirectLockHandle handle) {
		ManagedResource resource = handle.managed();
		long token = handle.fencingToken();
		LockType type = handle.type();
		HoldCell cell = resource.recorder().cell();
		long nanos = now(resource);
		if (!resource.beginExit(token, type)) {
			resource.findAdopted(token).ifPresent((adopted) -> release(resource, adopted, handle.template()));
			return;
		}
		long since = nanos;
		String method = null;
		try {
			since = resource.sinceNanos();
			method = resource.enteredMethod();
			nanos = notBefore(since, nanos);
			left(cell, type, since, nanos);
		}
		finally {
			resource.endExit(token, nanos);
		}
		if (this.listeners.followHolds()) {
			this.listeners.onEvent(new LockEvent(LockOperation.Kind.RELEASED, handle.resource(), type,
					handle.owner().name(), method, handle.template(), nanos, 0, false, nanos - since));
		}
	}

	/** Gives any other lock inside of this process back, once. */
	void release(ManagedResource resource, Acquisition acquisition, @Nullable String template) {
		FairLock lock = acquisition.lock();
		int slot = acquisition.slot();
		HoldCell cell = (slot >= 0) ? resource.recorder().cell(slot) : null;
		long now = now(resource);
		if (!lock.beginExit(acquisition)) {
			if (lock.release(acquisition)) {
				publish(resource, released(acquisition, template, System.nanoTime()));
			}
			return;
		}
		long since = acquisition.grantedNanos();
		long nanos = notBefore(since, now);
		try {
			left(cell, acquisition.type(), since, nanos);
		}
		finally {
			lock.endExit(acquisition);
		}
		if (this.listeners.followHolds()) {
			this.listeners.onEvent(released(acquisition, template, nanos));
		}
	}

	private static void left(@Nullable HoldCell cell, LockType type, long since, long nanos) {
		if (cell != null) {
			cell.left(type, nanos - since, nanos);
		}
	}

	/** A coarse clock may be behind an exact one that was read before. */
	private static long notBefore(long since, long nanos) {
		return (nanos - since > 0) ? nanos : since;
	}

	private static LockEvent released(Acquisition acquisition, @Nullable String template, long nanos) {
		return new LockEvent(LockOperation.Kind.RELEASED, acquisition.resource(), acquisition.type(),
				acquisition.owner().name(), acquisition.method(), template, nanos, acquisition.waitedNanos(), false,
				nanos - acquisition.grantedNanos());
	}

	/**
	 * Gives a distributed lock back, for a handle that was closed just now; not before
	 * its minimum hold is over.
	 */
	void release(DefaultLockHandle handle, boolean wasHeld) {
		DistributedLock lock = handle.managed().distributedLock(handle.type());
		boolean lingers = false;
		long now = System.nanoTime();
		try {
			lingers = this.leases.leave(lock, handle.acquisition(),
					() -> publishEnd(LockOperation.Kind.RELEASED, handle, System.nanoTime()));
		}
		finally {
			if (!lingers) {
				handle.acquisition().lock().release(handle.acquisition());
				this.leases.releaseUnwanted(lock);
			}
			if (!lingers && wasHeld) {
				publishEnd(LockOperation.Kind.RELEASED, handle, now);
			}
		}
		if (lingers && !this.shutdown.isOpen()) {
			this.leases.endLingering();
		}
	}

	/**
	 * Notes the grant of a lock that was free, or shared; called by its holder, before it
	 * can be given back.
	 */
	void entered(@Nullable HoldCell cell, LockHandle handle, @Nullable String method, @Nullable String template,
			long nanos) {
		if (cell != null) {
			cell.entered(handle.type(), handle.owner(), method, nanos);
		}
		if (this.listeners.followHolds()) {
			this.listeners.onEvent(new LockEvent(LockOperation.Kind.ACQUIRED, handle.resource(), handle.type(),
					handle.owner().name(), method, template, nanos, 0, false, 0));
		}
	}

	/** Publishes the grant of a lock inside of this process that was not free. */
	void publishAcquired(ManagedResource resource, LockRequest request, Acquisition acquisition) {
		publish(resource,
				new LockEvent(LockOperation.Kind.ACQUIRED, acquisition.resource(), acquisition.type(),
						acquisition.owner().name(), acquisition.method(), request.template(), System.nanoTime(),
						acquisition.waitedNanos(), acquisition.hasWaited(), 0));
	}

	/** Publishes that the hold of a distributed lock has ended. */
	void publishEnd(LockOperation.Kind operation, DefaultLockHandle handle, long now) {
		publish(handle.managed(),
				new LockEvent(operation, handle.resource(), handle.type(), handle.owner().name(),
						handle.request().method(), handle.request().template(), now, handle.waitedNanos(), false,
						now - handle.acquisition().grantedNanos()));
	}

	void publish(ManagedResource resource, LockEvent event) {
		resource.recorder().record(event);
		this.listeners.onEvent(event);
	}

}
