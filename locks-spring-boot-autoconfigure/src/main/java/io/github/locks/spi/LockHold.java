package io.github.locks.spi;

/**
 * A claim that was granted, as the statistics see it.
 */
public interface LockHold extends LockClaim {

	/**
	 * Returns when the lock was granted.
	 * @return a value of {@link System#nanoTime()}
	 */
	long grantedNanos();

	/**
	 * Returns when the lock was given back, if nobody had to be told of that.
	 * @return a value of {@link System#nanoTime()}; 0 if the lock is held, or if its
	 * release was an event of its own
	 */
	long releasedNanos();

}
