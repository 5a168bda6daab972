package io.github.locks.scenarios;

import io.github.locks.LockException;
import io.github.locks.LockHandle;

/**
 * One request made through a {@link Face}, from asking to giving back. All waits are
 * bounded.
 */
interface Claim {

	/** Waits until the lock is granted. */
	LockHandle awaitGranted();

	/** Waits until the request has failed, and says why. */
	LockException awaitFailed();

	/** Whether the wait has ended, in whatever way. */
	boolean isSettled();

	/** Ends the wait in the way of the face. */
	void cancel();

	/** Waits until the cancelled request has ended as the face promises. */
	void awaitCancelled();

	/** Wakes the one who waits without a reason, where there is something to wake. */
	default void disturb() {
	}

	/** Ends the hold in the way of the face, and waits until it has ended. */
	void release();

	/** Leaves nothing behind, whatever the state. */
	default void clear() {
		cancel();
		release();
	}

}
