package io.github.locks;

import org.jspecify.annotations.Nullable;

/**
 * An owner that reads a resource asked to write it. Waiting would never end, so the
 * request fails at once. Take the write lock first, or give the read lock back before.
 */
public class LockUpgradeException extends LockException {

	/**
	 * Creates the exception.
	 * @param message what happened and what to do
	 * @param resource name of the resource
	 * @param type kind of lock
	 * @param cause the cause, or {@code null}
	 */
	public LockUpgradeException(String message, @Nullable String resource, @Nullable LockType type,
			@Nullable Throwable cause) {
		super(message, resource, type, cause);
	}

}
