package io.github.locks.benchmarks;

/**
 * Locks that a server keeps, each with a name. Used by several threads.
 */
interface RemoteLocks extends AutoCloseable {

	/**
	 * Waits for a lock.
	 * @param name the name of the lock
	 * @return what gives it back, called by the same thread
	 */
	AutoCloseable lock(String name) throws Exception;

	/** Ends the connections. */
	@Override
	default void close() throws Exception {
	}

}
