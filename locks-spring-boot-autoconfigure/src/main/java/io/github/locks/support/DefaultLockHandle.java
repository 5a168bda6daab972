package io.github.locks.support;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.locks.LockHandle;
import io.github.locks.LockNames;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockType;
import io.github.locks.local.Acquisition;

/**
 * A granted distributed lock. HELD moves to CLOSED, or to LOST and then to CLOSED_LATE.
 */
final class DefaultLockHandle implements LockHandle {

	/**
	 * The states of a handle.
	 */
	private enum State {

		HELD, LOST, CLOSED, CLOSED_LATE

	}

	private final LockRuntime runtime;

	private final ManagedResource managed;

	private final LockRequest request;

	private final Acquisition acquisition;

	private final long fencingToken;

	private final boolean previousHolderCrashed;

	private final Validity validity;

	private volatile long minimumHoldNanos;

	/** Why the lock was lost; empty as long as it is not. */
	private volatile String lossReason = "";

	/** Told with the grant, and once more with the end of the hold. */
	private volatile long waitedNanos;

	private final AtomicReference<State> state = new AtomicReference<>(State.HELD);

	@GuardedBy("this")
	private final List<Runnable> lossActions = new ArrayList<>(0);

	DefaultLockHandle(LockRuntime runtime, ManagedResource managed, LockRequest request, Acquisition acquisition,
			HeldLease held) {
		this.runtime = runtime;
		this.managed = managed;
		this.request = request;
		this.acquisition = acquisition;
		this.fencingToken = held.lease().fencingToken();
		this.previousHolderCrashed = held.lease().previousHolderCrashed();
		this.validity = held.validity();
		acquisition.holdsFromNow();
		Duration minimumHold = runtime.settings().minimumHoldOf(request);
		this.minimumHoldNanos = (minimumHold != null) ? LockSettings.nanos(minimumHold) : 0;
	}

	@Override
	public String resource() {
		return this.managed.resource();
	}

	@Override
	public LockType type() {
		return this.acquisition.type();
	}

	@Override
	public LockOwner owner() {
		return this.acquisition.owner();
	}

	@Override
	public long fencingToken() {
		return this.fencingToken;
	}

	@Override
	public boolean previousHolderCrashed() {
		return this.previousHolderCrashed;
	}

	@Override
	public boolean isHeld() {
		return this.state.get() == State.HELD && !this.validity.isOver();
	}

	@Override
	public void onLost(Runnable action) {
		if (action == null) {
			throw new IllegalArgumentException("'action' must not be null");
		}
		synchronized (this) {
			if (this.state.get() == State.HELD) {
				this.lossActions.add(action);
				return;
			}
		}
		if (wasLost()) {
			this.runtime.workers().execute(action);
		}
	}

	@Override
	public void close() {
		State previous = this.state.getAndUpdate((current) -> (current == State.LOST || current == State.CLOSED_LATE)
				? State.CLOSED_LATE : State.CLOSED);
		if (previous == State.HELD || previous == State.LOST) {
			this.runtime.release(this, previous == State.HELD);
		}
	}

	@Override
	public void closeNow() {
		this.minimumHoldNanos = 0;
		close();
	}

	/** Also when a lease is over of which nobody was told yet. */
	@Override
	public boolean isLost() {
		return wasLost() || (this.state.get() == State.HELD && this.validity.isOver());
	}

	/** Whether its holder was told that it is lost. */
	boolean wasLost() {
		State current = this.state.get();
		return current == State.LOST || current == State.CLOSED_LATE;
	}

	/** Returns whether the handle was held until now. */
	boolean markLost(String reason) {
		this.lossReason = reason;
		return this.state.compareAndSet(State.HELD, State.LOST);
	}

	/** Runs what was registered for the case of a loss, each on a thread of its own. */
	void lost() {
		List<Runnable> actions;
		synchronized (this) {
			actions = List.copyOf(this.lossActions);
			this.lossActions.clear();
		}
		actions.forEach(this.runtime.workers()::execute);
	}

	String lossReason() {
		return this.lossReason;
	}

	LockRequest request() {
		return this.request;
	}

	/** How long the lock stays taken after its grant, whenever it is closed. */
	long minimumHoldNanos() {
		return this.minimumHoldNanos;
	}

	void waitedNanos(long nanos) {
		this.waitedNanos = nanos;
	}

	long waitedNanos() {
		return this.waitedNanos;
	}

	Acquisition acquisition() {
		return this.acquisition;
	}

	ManagedResource managed() {
		return this.managed;
	}

	long heldNanos() {
		return System.nanoTime() - this.acquisition.grantedNanos();
	}

	@Override
	public String toString() {
		return type().key() + " lock on " + LockNames.quote(resource()) + " of " + LockNames.quote(owner().name())
				+ " (" + this.state.get() + ")";
	}

}
