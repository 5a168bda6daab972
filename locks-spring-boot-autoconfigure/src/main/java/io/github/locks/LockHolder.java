package io.github.locks;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * One who holds a lock.
 *
 * @param owner name of the owner
 * @param method which method asked, or {@code null} if unknown
 * @param since when the lock was granted
 * @param heldMs for how long it is held, in milliseconds
 * @param process process id and host, as {@code 4711@host}
 */
public record LockHolder(String owner, @Nullable String method, Instant since, double heldMs, String process) {

	@Override
	public String toString() {
		return LockNames.describe(this, "owner", this.owner, "method", this.method, "since", this.since, "heldMs",
				this.heldMs, "process", this.process);
	}

}
