package io.github.locks.aop;

import io.github.locks.LockHandle;
import io.github.locks.LockLostException;
import io.github.locks.LockNames;
import org.jspecify.annotations.Nullable;

/**
 * Gives locks back, and sees to it that a lost lock is noticed.
 */
final class Releases {

	private Releases() {
	}

	/**
	 * Gives a lock back after its work succeeded.
	 * @throws LockLostException if the lock was lost in between
	 */
	static void afterSuccess(LockHandle handle, LockedMethod method) {
		try (handle) {
			checkHeld(handle, method);
		}
	}

	/**
	 * Gives a lock back after its work failed. What goes wrong here is added to the
	 * failure, and never hides it.
	 */
	static void afterFailure(LockHandle handle, LockedMethod method, Throwable failure) {
		try {
			afterSuccess(handle, method);
		}
		catch (RuntimeException ex) {
			if (ex != failure) {
				failure.addSuppressed(ex);
			}
		}
	}

	/**
	 * Gives a lock back after its work has ended in one way or the other.
	 * @return why the call failed, or {@code null} if it succeeded
	 */
	static @Nullable Throwable afterEnd(LockHandle handle, LockedMethod method, @Nullable Throwable failure) {
		try {
			if (failure == null) {
				afterSuccess(handle, method);
			}
			else {
				afterFailure(handle, method, failure);
			}
			return failure;
		}
		catch (RuntimeException | Error ex) {
			return ex;
		}
	}

	static void checkHeld(LockHandle handle, LockedMethod method) {
		if (!handle.isHeld()) {
			throw new LockLostException("The " + handle.type().key() + " lock on " + LockNames.quote(handle.resource())
					+ " was lost while " + method.label() + " ran under it, so others may have worked on the resource "
					+ "at the same time. Check what this call has done. If it ran longer than its lease, raise the "
					+ "lease; let the store refuse writes with an older fencing token than " + handle.fencingToken()
					+ ".", handle.resource(), handle.type(), null);
		}
	}

}
