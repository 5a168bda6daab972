package io.github.locks.spi;

import java.time.Duration;

/**
 * What a {@link LockBackend} grants: exclusive possession of a resource until it is
 * released or lost.
 */
public interface Lease {

	/**
	 * Returns the name of the resource.
	 * @return the name
	 */
	String resource();

	/**
	 * Returns a number larger than that of every earlier lease of this resource.
	 * @return the fencing token, more than zero
	 */
	long fencingToken();

	/**
	 * Returns how often {@link LockBackend#renew(Lease)} is to be called.
	 * @return the interval, more than zero
	 */
	Duration renewalInterval();

}
