package io.github.locks;

/**
 * Waiting would have closed a cycle of owners that wait for each other, and the policy is
 * to break it. Give back what you hold, then try again.
 */
public class DeadlockException extends LockException {

	private final transient Deadlock deadlock;

	/**
	 * Creates the exception.
	 * @param message what happened and what to do
	 * @param resource name of the resource that was asked for
	 * @param type kind of lock
	 * @param deadlock the cycle
	 */
	public DeadlockException(String message, String resource, LockType type, Deadlock deadlock) {
		super(message, resource, type, null);
		this.deadlock = deadlock;
	}

	/**
	 * Returns the cycle.
	 * @return the deadlock that was broken
	 */
	public Deadlock deadlock() {
		return this.deadlock;
	}

}
