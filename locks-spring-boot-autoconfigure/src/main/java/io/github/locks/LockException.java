package io.github.locks;

import org.jspecify.annotations.Nullable;

/**
 * Base of all failures of locks.
 */
public class LockException extends RuntimeException {

	private final @Nullable String resource;

	private final @Nullable LockType type;

	/**
	 * Creates the exception.
	 * @param message what happened and what to do
	 * @param resource name of the resource, or {@code null} if it is about none
	 * @param type kind of lock, or {@code null} if it is about none
	 * @param cause the cause, or {@code null}
	 */
	public LockException(String message, @Nullable String resource, @Nullable LockType type,
			@Nullable Throwable cause) {
		super(message, cause);
		this.resource = resource;
		this.type = type;
	}

	/**
	 * Returns the name of the resource.
	 * @return the name, or {@code null} if the failure is about none
	 */
	public @Nullable String resource() {
		return this.resource;
	}

	/**
	 * Returns the kind of lock.
	 * @return the kind, or {@code null} if the failure is about none
	 */
	public @Nullable LockType type() {
		return this.type;
	}

}
