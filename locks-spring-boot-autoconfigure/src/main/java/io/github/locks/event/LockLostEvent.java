package io.github.locks.event;

import java.time.Duration;

import io.github.locks.LockNames;
import io.github.locks.LockType;
import org.jspecify.annotations.Nullable;

/**
 * A holder lost its lock before it gave it back: others may have it while the holder
 * still works. Published on a thread of its own, soon after it happened; dropped if
 * listeners are too slow.
 *
 * @param resource name of the resource
 * @param type kind of lock
 * @param owner name of the owner that held it
 * @param method which method had asked, or {@code null} if unknown
 * @param template what the request has in common with others of its sort, or {@code null}
 * if unknown
 * @param held how long the lock had been held
 */
public record LockLostEvent(String resource, LockType type, String owner, @Nullable String method,
		@Nullable String template, Duration held) {

	@Override
	public String toString() {
		return LockNames.describe(this, "resource", this.resource, "type", this.type, "owner", this.owner, "method",
				this.method, "template", this.template, "held", this.held);
	}

}
