package io.github.locks.support;

import io.github.locks.LockOwner;
import org.jspecify.annotations.Nullable;

/**
 * Finds the owner that the calling code acts for without making it anew each time: a lock
 * remembers who held it, so a thread that uses many locks would be remembered as often.
 * Safe for use by several threads, which at worst make one that is there already.
 */
final class CurrentOwners {

	private static final int SIZE = 256;

	/** The owners of threads, each at the place of its thread's number. */
	private final @Nullable LockOwner[] known = new LockOwner[SIZE];

	/**
	 * Returns the current owner.
	 * @param likely who it may well be, or {@code null}
	 */
	LockOwner get(@Nullable LockOwner likely) {
		if (likely != null && likely.isCurrent()) {
			return likely;
		}
		int place = (int) Thread.currentThread().getId() & (SIZE - 1);
		LockOwner candidate = this.known[place];
		if (candidate != null && candidate.isCurrent()) {
			return candidate;
		}
		LockOwner current = LockOwner.current();
		this.known[place] = current;
		return current;
	}

}
