package io.github.locks;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a lock.
 *
 * @param time when
 * @param lock the kind of lock, as its {@linkplain LockType#key() key}
 * @param operation what happened
 * @param owner who did it
 * @param method which method asked, or {@code null} if unknown
 * @param waitTimeMs how long the request had waited, in milliseconds
 */
public record LockOperation(Instant time, String lock, Kind operation, String owner, @Nullable String method,
		double waitTimeMs) {

	/**
	 * What can happen to a lock.
	 */
	public enum Kind {

		/** The lock was granted. */
		ACQUIRED,

		/** The holder gave the lock back. */
		RELEASED,

		/** The request was not granted in time. */
		TIMEOUT,

		/** The requesting thread was interrupted. */
		INTERRUPTED,

		/** The future of the request was cancelled or completed by somebody else. */
		CANCELLED,

		/** A reader asked to write. */
		UPGRADE_REFUSED,

		/** The request was failed to break a deadlock. */
		DEADLOCK,

		/** The holder lost the lock before it gave it back. */
		LOST,

		/** The backend failed, or the manager was closed. */
		FAILED

	}

	@Override
	public String toString() {
		return LockNames.describe(this, "time", this.time, "lock", this.lock, "operation", this.operation, "owner",
				this.owner, "method", this.method, "waitTimeMs", this.waitTimeMs);
	}

}
