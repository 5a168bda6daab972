package io.github.locks;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * One who waits for a lock.
 *
 * @param owner name of the owner
 * @param method which method asks, or {@code null} if unknown
 * @param since when the wait began
 * @param waitedMs for how long it waits, in milliseconds
 * @param position position in the whole queue of the resource, from 1
 * @param process process id and host, as {@code 4711@host}
 */
public record LockWaiter(String owner, @Nullable String method, Instant since, double waitedMs, int position,
		String process) {

	@Override
	public String toString() {
		return LockNames.describe(this, "owner", this.owner, "method", this.method, "since", this.since, "waitedMs",
				this.waitedMs, "position", this.position, "process", this.process);
	}

}
