package io.github.locks.spi;

import io.github.locks.LockNames;
import io.github.locks.LockOperation;
import io.github.locks.LockType;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a lock.
 *
 * @param operation what happened
 * @param resource name of the resource
 * @param type kind of lock
 * @param owner name of the owner
 * @param method which method asked, or {@code null} if unknown
 * @param template what the request has in common with others of its sort, or {@code null}
 * if unknown
 * @param nanoTime when, a value of {@link System#nanoTime()}
 * @param waitNanos how long the request had waited
 * @param waited whether this event ends a wait that
 * {@link LockListener#onWaiting(io.github.locks.LockRequest, io.github.locks.LockOwner)}
 * tells of; every request that is ready to wait and is not granted at once does
 * @param holdNanos how long the lock had been held; zero unless it was released or lost
 */
public record LockEvent(LockOperation.Kind operation, String resource, LockType type, String owner,
		@Nullable String method, @Nullable String template, long nanoTime, long waitNanos, boolean waited,
		long holdNanos) {

	/**
	 * Whether a request that was not to wait found the lock taken: one with a timeout of
	 * zero, or by {@link io.github.locks.LockManager#tryAcquire}.
	 * @return {@code true} for such a {@link LockOperation.Kind#TIMEOUT TIMEOUT}
	 */
	public boolean isBusy() {
		return this.operation == LockOperation.Kind.TIMEOUT && !this.waited;
	}

	@Override
	public String toString() {
		return LockNames.describe(this, "operation", this.operation, "resource", this.resource, "type", this.type,
				"owner", this.owner, "method", this.method, "template", this.template, "nanoTime", this.nanoTime,
				"waitNanos", this.waitNanos, "waited", this.waited, "holdNanos", this.holdNanos);
	}

}
