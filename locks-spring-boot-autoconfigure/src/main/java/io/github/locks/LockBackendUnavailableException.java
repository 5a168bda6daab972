package io.github.locks;

import org.jspecify.annotations.Nullable;

/**
 * The server that keeps the distributed locks cannot be reached now, or is not ready. A
 * request that may wait asks again until its timeout is over, and fails with this
 * exception if the server is still away then. Nothing is known of who has the lock.
 */
public class LockBackendUnavailableException extends LockBackendException {

	/**
	 * Creates the exception.
	 * @param message what happened and what to do
	 * @param resource name of the resource
	 * @param type kind of lock
	 * @param cause the cause, or {@code null}
	 */
	public LockBackendUnavailableException(String message, @Nullable String resource, @Nullable LockType type,
			@Nullable Throwable cause) {
		super(message, resource, type, cause);
	}

}
