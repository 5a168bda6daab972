package io.github.locks;

import java.util.Locale;

/**
 * The kinds of lock a resource has. {@link #READ} and {@link #WRITE} are the two sides of
 * one read/write lock inside the process; {@link #DISTRIBUTED} is a lock of its own,
 * exclusive across all processes that share the backend.
 */
public enum LockType {

	/** Shared with other readers; excludes writers of the same resource. */
	READ,

	/** Excludes readers and writers of the same resource in this process. */
	WRITE,

	/** Excludes every other holder in every process that shares the backend. */
	DISTRIBUTED;

	private final String key = name().toLowerCase(Locale.ROOT);

	/**
	 * Returns the name used in properties, statistics and the endpoint.
	 * @return {@code read}, {@code write} or {@code distributed}
	 */
	public String key() {
		return this.key;
	}

	/**
	 * Whether at most one owner holds a lock of this kind at a time.
	 * @return {@code false} for {@link #READ} only
	 */
	public boolean isExclusive() {
		return this != READ;
	}

}
