package io.github.locks;

import org.jspecify.annotations.Nullable;

/**
 * The thread was interrupted before or while it waited. Its interrupt flag is set again.
 */
public class LockInterruptedException extends LockException {

	/**
	 * Creates the exception.
	 * @param message what happened and what to do
	 * @param resource name of the resource
	 * @param type kind of lock
	 * @param cause the cause, or {@code null}
	 */
	public LockInterruptedException(String message, @Nullable String resource, @Nullable LockType type,
			@Nullable Throwable cause) {
		super(message, resource, type, cause);
	}

}
