package io.github.locks.spi;

import java.time.Duration;
import java.util.Optional;

/**
 * What a {@link LockBackend} grants: possession of a resource, exclusive or shared as it
 * was asked for, until it is released or lost.
 */
public interface Lease {

	/**
	 * Returns the name of the resource.
	 * @return the name
	 */
	String resource();

	/**
	 * Returns a number larger than that of every earlier lease of this resource which it
	 * excludes.
	 * @return the fencing token, more than zero
	 */
	long fencingToken();

	/**
	 * Whether it is known that a holder before this one ended without giving the lease
	 * back, so that what it worked on may be half done.
	 * @return {@code false} also if the backend cannot tell
	 */
	default boolean previousHolderCrashed() {
		return false;
	}

	/**
	 * Returns how long the lease lasts from when it was granted or renewed. The lock
	 * manager takes it for lost when that has passed since it asked, and no renewal has
	 * succeeded: at that moment somebody else may get it.
	 * @return the time; empty if the lease lasts until it is released
	 */
	default Optional<Duration> timeToLive() {
		return Optional.empty();
	}

	/**
	 * Returns how often {@link LockBackend#renew(Lease)} is to be called.
	 * @return the interval, more than zero
	 */
	Duration renewalInterval();

}
