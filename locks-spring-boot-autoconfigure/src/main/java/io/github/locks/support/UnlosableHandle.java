package io.github.locks.support;

import io.github.locks.LockHandle;
import io.github.locks.LockNames;

/**
 * A granted lock inside of this process, which is never lost.
 */
abstract class UnlosableHandle implements LockHandle {

	@Override
	public final boolean isLost() {
		return false;
	}

	@Override
	public final void onLost(Runnable action) {
		if (action == null) {
			throw new IllegalArgumentException("'action' must not be null");
		}
	}

	@Override
	public final String toString() {
		return type().key() + " lock on " + LockNames.quote(resource()) + " of " + LockNames.quote(owner().name())
				+ (isHeld() ? " (HELD)" : " (CLOSED)");
	}

}
