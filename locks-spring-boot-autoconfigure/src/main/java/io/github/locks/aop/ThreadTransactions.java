package io.github.locks.aop;

import org.jspecify.annotations.Nullable;

/**
 * Knows the transaction of the calling thread.
 */
@FunctionalInterface
interface ThreadTransactions {

	/**
	 * Returns the locks of the transaction that the calling thread runs in.
	 * @return the locks, or {@code null} if locks need not outlive their call
	 */
	@Nullable TransactionLocks current();

}
