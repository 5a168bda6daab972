package io.github.locks;

/**
 * Whom a read or write lock excludes.
 */
public enum LockScope {

	/**
	 * As {@code locks.resources.<name>.scope}, else {@code locks.scope}, says; local if
	 * neither does.
	 */
	CONFIGURED,

	/** Others in this process. */
	LOCAL,

	/**
	 * Others in this process, and in all processes those whose lock on the resource has
	 * this scope too. Takes what a distributed lock takes, so it can be lost.
	 */
	DISTRIBUTED

}
