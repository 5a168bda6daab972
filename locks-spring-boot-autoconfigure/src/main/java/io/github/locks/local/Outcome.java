package io.github.locks.local;

/**
 * What happened to a request for the lock.
 */
public enum Outcome {

	/** The lock was granted. */
	GRANTED,

	/** The request stands in the queue. */
	QUEUED,

	/** The lock was not to be had at once, and the request was not to queue. */
	BUSY,

	/** The owner reads and asked to write, which would never end. */
	UPGRADE_REFUSED,

	/** The lock is not in use any more: there is another one for the resource. */
	RETIRED

}
