package io.github.locks;

import org.jspecify.annotations.Nullable;

/**
 * A lock was lost while its holder worked under it, so the work was not protected to its
 * end.
 */
public class LockLostException extends LockException {

	/**
	 * Creates the exception.
	 * @param message what happened and what to do
	 * @param resource name of the resource
	 * @param type kind of lock
	 * @param cause the cause, or {@code null}
	 */
	public LockLostException(String message, @Nullable String resource, @Nullable LockType type,
			@Nullable Throwable cause) {
		super(message, resource, type, cause);
	}

}
