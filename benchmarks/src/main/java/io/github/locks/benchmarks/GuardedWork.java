package io.github.locks.benchmarks;

import java.util.function.LongSupplier;

import io.github.locks.LockOwner;

/**
 * Runs work under a lock, in the way that is natural for the lock.
 */
interface GuardedWork {

	/**
	 * Runs work under the read lock.
	 * @param owner for whom, where a lock knows owners; one for each thread
	 * @param work what to do
	 * @return what the work returns
	 */
	long read(LockOwner owner, LongSupplier work);

	/**
	 * Runs work under the write lock.
	 * @param owner for whom, where a lock knows owners; one for each thread
	 * @param work what to do
	 * @return what the work returns
	 */
	long write(LockOwner owner, LongSupplier work);

}
