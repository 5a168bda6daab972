package io.github.locks.support;

import java.util.concurrent.TimeUnit;

/**
 * How long a lease stays in this process while others of it wait.
 *
 * @param times how often in a row it is handed on; 0: never
 * @param nanos for how long since the backend gave it
 */
record LocalHandOver(int times, long nanos) {

	static final LocalHandOver DEFAULT = new LocalHandOver(32, TimeUnit.MILLISECONDS.toNanos(50));

	/** Whether a lease that was handed on so often, and is so old, may be once more. */
	boolean allows(int handedOver, long ageNanos) {
		return handedOver < this.times && ageNanos < this.nanos;
	}

}
