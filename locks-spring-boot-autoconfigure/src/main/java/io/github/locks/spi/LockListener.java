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
