package io.github.locks.annotation;

/**
 * What an annotated call does when the lock could not be had in time. It never runs the
 * method without the lock.
 */
public enum OnFailure {

	/** Fail with {@link io.github.locks.LockTimeoutException}. */
	THROW,

	/**
	 * Do not run the method. The call returns {@code null}, an empty {@code Optional}, an
	 * empty publisher, or a future of {@code null}. Refused at start-up for methods that
	 * return a primitive value.
	 */
	SKIP

}
