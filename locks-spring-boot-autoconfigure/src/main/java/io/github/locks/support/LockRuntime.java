package io.github.locks.support;

import io.github.locks.LockManagerClosedException;
import io.github.locks.LockOperation;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockType;
import io.github.locks.deadlock.WaitForGraph;
import io.github.locks.spi.LockEvent;

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
 */
record LockRuntime(LockSettings settings, Workers workers, ResourceTable resources, WaitForGraph graph,
		DeadlockMonitor deadlocks, Leases leases, Listeners listeners, Shutdown shutdown) {

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
		return this.graph.isInside(owner, this.leases.askers());
	}

	LockManagerClosedException closed(LockRequest request) {
		return new LockManagerClosedException("The " + request + " was not given out: the lock manager is closed.",
				request.resource(), request.type(), null);
	}

	/**
	 * Gives a lock back, for a handle that was closed just now; a distributed one not
	 * before its minimum hold is over.
	 */
	void release(DefaultLockHandle handle, boolean wasHeld) {
		boolean lingers = false;
		long heldNanos = handle.heldNanos();
		try {
			lingers = handle.type() == LockType.DISTRIBUTED && this.leases.leave(handle.managed().distributedLock(),
					handle.acquisition(), () -> released(handle, handle.heldNanos()));
		}
		finally {
			if (!lingers) {
				handle.managed().queue(handle.type()).release(handle.acquisition());
			}
			this.graph.remove(handle.acquisition());
			if (!lingers && wasHeld) {
				publishEnd(LockOperation.Kind.RELEASED, handle, heldNanos);
			}
			if (!lingers) {
				this.resources.release(handle.managed());
			}
		}
		if (lingers && !this.shutdown.isOpen()) {
			this.leases.endLingering();
		}
	}

	private void released(DefaultLockHandle handle, long heldNanos) {
		publishEnd(LockOperation.Kind.RELEASED, handle, heldNanos);
		this.resources.release(handle.managed());
	}

	/** Publishes that a hold has ended. */
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
