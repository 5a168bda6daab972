package io.github.locks;

import org.jspecify.annotations.Nullable;

/**
 * The lock manager was closed, or is closing and takes no new work.
 */
public class LockManagerClosedException extends LockException {

	/**
	 * Creates the exception.
	 * @param message what happened and what to do
	 * @param resource name of the resource
	 * @param type kind of lock
	 * @param cause the cause, or {@code null}
	 */
	public LockManagerClosedException(String message, @Nullable String resource, @Nullable LockType type,
			@Nullable Throwable cause) {
		super(message, resource, type, cause);
	}

}
