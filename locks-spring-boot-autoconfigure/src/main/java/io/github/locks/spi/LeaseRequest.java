package io.github.locks.spi;

import java.time.Instant;

import io.github.locks.LockNames;
import io.github.locks.LockType;
import org.jspecify.annotations.Nullable;

/**
 * A request for a {@link Lease}.
 *
 * @param resource name of the resource, valid by {@link io.github.locks.LockNames}
 * @param type {@link LockType#READ} shares the resource with other readers and excludes
 * writers of it, {@link LockType#WRITE} excludes both; {@link LockType#DISTRIBUTED} is a
 * lock of its own beside these two, exclusive
 * @param owner name of the owner, for others to see
 * @param method which method asks, or {@code null} if unknown
 * @param time when the request was made
 */
public record LeaseRequest(String resource, LockType type, String owner, @Nullable String method, Instant time) {

	@Override
	public String toString() {
		return LockNames.describe(this, "resource", this.resource, "type", this.type, "owner", this.owner, "method",
				this.method, "time", this.time);
	}

}
