package io.github.locks.support;

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
		if (resource.beginExit(token, handle.type())) {
			long since = resource.sinceNanos();
			String method = resource.enteredMethod();
			try {
				left(resource, -1, handle.type(), since);
			}
			finally {
				resource.endExit(token);
			}
			publishReleased(handle, method, since);
		}
		else {
			resource.adopted(token).ifPresent((adopted) -> release(resource, adopted, handle.template()));
		}
	}

	/** Gives any other lock inside of this process back, once. */
	void release(ManagedResource resource, Acquisition acquisition, @Nullable String template) {
		FairLock lock = acquisition.lock();
		if (lock.beginExit(acquisition)) {
			try {
				left(resource, acquisition.slot(), acquisition.type(), acquisition.grantedNanos());
			}
			finally {
				lock.endExit(acquisition);
			}
			if (this.listeners.followHolds()) {
				this.listeners.onEvent(released(acquisition, template));
			}
		}
		else if (lock.release(acquisition)) {
			publish(resource, released(acquisition, template));
		}
	}

	/** Takes the end of a hold down, while nobody else can. */
	private void left(ManagedResource resource, int slot, LockType type, long since) {
		long held = Math.max(0, now(resource) - since);
		resource.recorder().left(slot, type, held, since + held);
	}

	private void publishReleased(DirectLockHandle handle, @Nullable String method, long since) {
		if (this.listeners.followHolds()) {
			long nanos = System.nanoTime();
			this.listeners.onEvent(new LockEvent(LockOperation.Kind.RELEASED, handle.resource(), handle.type(),
					handle.owner().name(), method, handle.template(), nanos, 0, false, nanos - since));
		}
	}

	private static LockEvent released(Acquisition acquisition, @Nullable String template) {
		long nanos = System.nanoTime();
		return new LockEvent(LockOperation.Kind.RELEASED, acquisition.resource(), acquisition.type(),
				acquisition.owner().name(), acquisition.method(), template, nanos, acquisition.waitedNanos(), false,
				nanos - acquisition.grantedNanos());
	}

	/**
	 * Gives a distributed lock back, for a handle that was closed just now; not before
	 * its minimum hold is over.
	 */
	void release(DefaultLockHandle handle, boolean wasHeld) {
		boolean lingers = false;
		long heldNanos = handle.heldNanos();
		try {
			lingers = this.leases.leave(handle.managed().distributedLock(), handle.acquisition(),
					() -> publishEnd(LockOperation.Kind.RELEASED, handle, handle.heldNanos()));
		}
		finally {
			if (!lingers) {
				handle.acquisition().lock().release(handle.acquisition());
			}
			if (!lingers && wasHeld) {
				publishEnd(LockOperation.Kind.RELEASED, handle, heldNanos);
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
	void entered(ManagedResource resource, int slot, LockType type, LockOwner owner, @Nullable String method,
			@Nullable String template, long nanos) {
		resource.recorder().entered(slot, type, owner, method, nanos);
		if (this.listeners.followHolds()) {
			this.listeners.onEvent(new LockEvent(LockOperation.Kind.ACQUIRED, resource.resource(), type, owner.name(),
					method, template, nanos, 0, false, 0));
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
	void publishEnd(LockOperation.Kind operation, DefaultLockHandle handle, long holdNanos) {
		publish(handle.managed(),
				new LockEvent(operation, handle.resource(), handle.type(), handle.owner().name(),
						handle.request().method(), handle.request().template(), System.nanoTime(), handle.waitedNanos(),
						false, holdNanos));
	}

	void publish(ManagedResource resource, LockEvent event) {
		resource.recorder().record(event);
		this.listeners.onEvent(event);
	}

}
