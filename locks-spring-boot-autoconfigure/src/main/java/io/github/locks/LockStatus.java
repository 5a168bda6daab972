package io.github.locks;

import java.util.List;

/**
 * Who holds and who waits for one kind of lock of a resource.
 *
 * @param holders who holds it, longest first
 * @param waiters who waits for it, in the order of the queue
 */
public record LockStatus(List<LockHolder> holders, List<LockWaiter> waiters) {

	/**
	 * Copies the lists.
	 */
	public LockStatus {
		holders = List.copyOf(holders);
		waiters = List.copyOf(waiters);
	}

}
