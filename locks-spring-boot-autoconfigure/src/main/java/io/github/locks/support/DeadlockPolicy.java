package io.github.locks.support;

/**
 * What to do about a cycle of owners that wait for each other.
 */
public enum DeadlockPolicy {

	/** Log it and show it in the status. */
	REPORT,

	/** Also fail the request that closes the cycle. */
	BREAK

}
