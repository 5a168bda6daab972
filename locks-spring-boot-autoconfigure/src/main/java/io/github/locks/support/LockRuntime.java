package io.github.locks.support;

import java.util.List;

import io.github.locks.LockManagerClosedException;
import io.github.locks.LockOperation;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockType;
import io.github.locks.deadlock.WaitForGraph;
import io.github.locks.local.Acquisition;
import io.github.locks.spi.LockEvent;
import io.github.locks.spi.LockListener;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

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
		DeadlockMonitor deadlocks, Leases leases, List<LockListener> listeners, Shutdown shutdown) {

	private static final Log logger = LogFactory.getLog(LockRuntime.class);

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

	/** Gives a lock back, for a handle that was closed just now. */
	void release(DefaultLockHandle handle, boolean wasHeld) {
		Acquisition acquisition = handle.acquisition();
		ManagedResource resource = handle.managed();
		long heldNanos = handle.heldNanos();
		try {
			if (handle.type() == LockType.DISTRIBUTED) {
				this.leases.leave(resource.distributedLock(), acquisition);
			}
		}
		finally {
			resource.queue(handle.type()).release(acquisition);
			this.graph.remove(acquisition);
			if (wasHeld) {
				publish(LockOperation.Kind.RELEASED, resource, acquisition, acquisition.waitedNanos(), heldNanos);
			}
			this.resources.release(resource);
		}
	}

	void publish(LockOperation.Kind operation, ManagedResource resource, Acquisition acquisition, long waitNanos,
			long holdNanos) {
		LockEvent event = new LockEvent(operation, resource.name(), acquisition.type(), acquisition.owner().name(),
				acquisition.method(), System.nanoTime(), waitNanos, holdNanos);
		resource.recorder().record(event);
		for (LockListener listener : this.listeners) {
			try {
				listener.onEvent(event);
			}
			catch (RuntimeException | Error ex) {
				logger.warn("A lock listener failed on " + operation + "; the lock is not affected", ex);
			}
		}
	}

}
