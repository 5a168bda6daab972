package io.github.locks;

/**
 * The name of a resource is refused, or an annotation's template gave no name.
 */
public class InvalidLockNameException extends LockException {

	/**
	 * Creates the exception.
	 * @param message what is wrong with the name and what would be right
	 */
	public InvalidLockNameException(String message) {
		super(message, null, null, null);
	}

	/**
	 * Creates the exception.
	 * @param message what is wrong with the name and what would be right
	 * @param cause why no name could be made
	 */
	public InvalidLockNameException(String message, Throwable cause) {
		super(message, null, null, cause);
	}

}
