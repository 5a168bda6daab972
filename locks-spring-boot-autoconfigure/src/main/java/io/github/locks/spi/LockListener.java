package io.github.locks.spi;

import io.github.locks.Deadlock;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;

/**
 * Is told what happens to locks. Called by the thread that acquires, releases or
 * searches, outside of all internal locks; must return quickly. Exceptions are logged and
 * change nothing.
 */
@FunctionalInterface
public interface LockListener {

	/**
	 * Something happened.
	 * @param event what
	 */
	void onEvent(LockEvent event);

	/**
	 * Whether the listener wants to be told of each lock that is acquired and released.
	 * If no listener wants that, a lock that nobody has to wait for costs a fraction.
	 * Asked once, before anything happens.
	 * @return {@code false} if the listener can do without
	 * {@link io.github.locks.LockOperation.Kind#RELEASED RELEASED}, and
	 * {@link io.github.locks.LockOperation.Kind#ACQUIRED ACQUIRED} where nobody
	 * {@linkplain LockEvent#waited() waited}
	 */
	default boolean followsHolds() {
		return true;
	}

	/**
	 * A request was not granted at once and waits. The wait ends with exactly one event
	 * that says so by {@link LockEvent#waited()}; of an asynchronous request, that event
	 * may come first.
	 * @param request what waits
	 * @param owner for whom
	 */
	default void onWaiting(LockRequest request, LockOwner owner) {
	}

	/**
	 * A deadlock was detected, of either {@linkplain Deadlock.Kind kind}. Called once for
	 * each deadlock.
	 * @param deadlock who waits for whom
	 */
	default void onDeadlock(Deadlock deadlock) {
	}

}
