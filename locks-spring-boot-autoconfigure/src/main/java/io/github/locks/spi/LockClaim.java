package io.github.locks.spi;

import java.util.List;

import io.github.locks.LockOwner;
import io.github.locks.LockType;
import org.jspecify.annotations.Nullable;

/**
 * One request for a lock from the moment it was made until the lock is given back, as
 * monitoring sees it. Safe for use by several threads; the answers may be outdated when
 * they arrive, except that a claim which ended never comes back.
 */
public interface LockClaim {

	/**
	 * Returns the name of the resource.
	 * @return the name
	 */
	String resource();

	/**
	 * Returns the kind of lock.
	 * @return the kind
	 */
	LockType type();

	/**
	 * Returns for whom the lock is asked.
	 * @return the owner
	 */
	LockOwner owner();

	/**
	 * Returns which method asked.
	 * @return a label, or {@code null} if unknown
	 */
	@Nullable String method();

	/**
	 * Whether the claim waits in the queue of its resource.
	 * @return {@code true} from enqueueing until it is granted or given up
	 */
	boolean isQueued();

	/**
	 * Whether the claim keeps others out of the resource.
	 * @return {@code true} from the grant until the release
	 */
	boolean isGranted();

	/**
	 * Returns when the request was made.
	 * @return a value of {@link System#nanoTime()}
	 */
	long requestedNanos();

	/**
	 * Returns what this queued claim directly waits for: enough of the granted claims,
	 * and of the claims that are ahead of it in the queue, to reach all that block it.
	 * @return the claims; empty if this claim is not queued
	 */
	List<? extends LockClaim> blockers();

	/**
	 * Returns all granted claims that exclude this queued claim.
	 * @return the claims; empty if this claim is not queued
	 */
	List<? extends LockClaim> holders();

	/**
	 * Makes a queued claim fail.
	 * @param failure what its request ends with
	 * @return {@code false} if the claim was not queued any more
	 */
	boolean fail(RuntimeException failure);

}
