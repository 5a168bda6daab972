package io.github.locks.aop;

/**
 * A lock annotation can never work as it is written. The message names the method, the
 * annotation and the value, and says what would be right.
 */
public final class InvalidLockAnnotationException extends IllegalStateException {

	private final String remedy;

	/**
	 * Creates the exception.
	 * @param message what is wrong, and where
	 * @param remedy what to do
	 * @param cause the cause
	 */
	public InvalidLockAnnotationException(String message, String remedy, Throwable cause) {
		super(message + " " + remedy, cause);
		this.remedy = remedy;
	}

	/**
	 * Creates the exception.
	 * @param message what is wrong, and where
	 * @param remedy what to do
	 */
	public InvalidLockAnnotationException(String message, String remedy) {
		super(message + " " + remedy);
		this.remedy = remedy;
	}

	/**
	 * Returns what to do.
	 * @return a sentence
	 */
	public String remedy() {
		return this.remedy;
	}

}
