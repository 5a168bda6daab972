package io.github.locks.aop;

import io.github.locks.LockHandle;

/**
 * Decides who gives back the lock of a plain call.
 */
@FunctionalInterface
interface DeferredRelease {

	/**
	 * Takes over the release of a lock if it has to wait for something.
	 * @param handle the lock
	 * @param method the method that runs under it
	 * @return whether the lock will be given back later, and not by the caller
	 */
	boolean takeOver(LockHandle handle, LockedMethod method);

}
