package io.github.locks.aop;

import java.lang.reflect.Method;

import io.github.locks.LockException;
import org.jspecify.annotations.Nullable;

/**
 * A lock annotation does not work as it is written: it never can, which is found at
 * start-up, or it did not for one call, because its condition failed or the method
 * returned work that nobody follows. The message names the method, the annotation and the
 * value, and says what would be right.
 */
public final class InvalidLockAnnotationException extends LockException {

	private final String problem;

	private final String remedy;

	/**
	 * Creates the exception.
	 * @param message what is wrong, and where
	 * @param remedy what to do
	 * @param cause the cause, or {@code null}
	 */
	public InvalidLockAnnotationException(String message, String remedy, @Nullable Throwable cause) {
		super(message + " " + remedy, null, null, cause);
		this.problem = message;
		this.remedy = remedy;
	}

	/**
	 * Creates the exception.
	 * @param message what is wrong, and where
	 * @param remedy what to do
	 */
	public InvalidLockAnnotationException(String message, String remedy) {
		this(message, remedy, null);
	}

	/**
	 * Returns what is wrong, and where.
	 * @return a sentence
	 */
	public String problem() {
		return this.problem;
	}

	/**
	 * Returns what to do.
	 * @return a sentence
	 */
	public String remedy() {
		return this.remedy;
	}

	/**
	 * Returns this exception with the place of the method in the source, if it is known.
	 */
	InvalidLockAnnotationException at(Method method) {
		return SourceLines.of(method)
			.map((place) -> new InvalidLockAnnotationException(this.problem + " (" + place + ")", this.remedy,
					getCause()))
			.orElse(this);
	}

	/**
	 * Returns a fresh exception for a call of the method, with this one as its cause.
	 */
	InvalidLockAnnotationException atCall() {
		return new InvalidLockAnnotationException(this.problem, this.remedy, this);
	}

}
