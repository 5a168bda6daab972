package io.github.locks;

import org.jspecify.annotations.Nullable;

/**
 * The backend of a distributed lock failed: the lock directory cannot be used, the server
 * cannot be reached.
 */
public class LockBackendException extends LockException {

	/**
	 * Creates the exception.
	 * @param message what happened and what to do
	 * @param resource name of the resource
	 * @param type kind of lock
	 * @param cause the cause, or {@code null}
	 */
	public LockBackendException(String message, @Nullable String resource, @Nullable LockType type,
			@Nullable Throwable cause) {
		super(message, resource, type, cause);
	}

}
