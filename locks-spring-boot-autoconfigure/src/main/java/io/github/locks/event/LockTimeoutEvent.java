package io.github.locks.event;

import java.time.Duration;

import io.github.locks.LockNames;
import io.github.locks.LockType;
import org.jspecify.annotations.Nullable;

/**
 * A request waited and was not granted in time. Requests that were not to wait, with a
 * timeout of zero or by {@code tryAcquire}, end without this event. Published on a thread
 * of its own, soon after it happened; dropped if listeners are too slow.
 *
 * @param resource name of the resource
 * @param type kind of lock
 * @param owner name of the owner that asked
 * @param method which method asked, or {@code null} if unknown
 * @param template what the request has in common with others of its sort, or {@code null}
 * if unknown
 * @param waited how long the request had waited
 */
public record LockTimeoutEvent(String resource, LockType type, String owner, @Nullable String method,
		@Nullable String template, Duration waited) {

	@Override
	public String toString() {
		return LockNames.describe(this, "resource", this.resource, "type", this.type, "owner", this.owner, "method",
				this.method, "template", this.template, "waited", this.waited);
	}

}
