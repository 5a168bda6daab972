package io.github.locks.statistics;

/**
 * A sum over all kinds of lock of a resource, as far as it takes no time to know. Changes
 * as it is added to, so that a million resources can be looked at with one. For one
 * thread.
 */
public final class Totals {

	private long acquisitions;

	private long timeouts;

	private long waitNanos;

	private long holdNanos;

	/**
	 * Begins anew.
	 */
	public void clear() {
		this.acquisitions = 0;
		this.timeouts = 0;
		this.waitNanos = 0;
		this.holdNanos = 0;
	}

	void add(long moreAcquisitions, long moreTimeouts, long moreWaitNanos, long moreHoldNanos) {
		this.acquisitions += moreAcquisitions;
		this.timeouts += moreTimeouts;
		this.waitNanos += moreWaitNanos;
		this.holdNanos += moreHoldNanos;
	}

	/**
	 * Returns how often a lock was granted.
	 * @return a number
	 */
	public long acquisitions() {
		return this.acquisitions;
	}

	/**
	 * Returns how often a request was not granted in time.
	 * @return a number
	 */
	public long timeouts() {
		return this.timeouts;
	}

	/**
	 * Returns how long granted requests have waited, all together.
	 * @return nanoseconds
	 */
	public long waitNanos() {
		return this.waitNanos;
	}

	/**
	 * Returns how long locks were held, all together.
	 * @return nanoseconds
	 */
	public long holdNanos() {
		return this.holdNanos;
	}

}
