package io.github.locks.spi;

import java.time.Instant;

import io.github.locks.LockNames;
import org.jspecify.annotations.Nullable;

/**
 * A request for a {@link Lease}.
 *
 * @param resource name of the resource, valid by {@link io.github.locks.LockNames}
 * @param owner name of the owner, for others to see
 * @param method which method asks, or {@code null} if unknown
 * @param time when the request was made
 */
public record LeaseRequest(String resource, String owner, @Nullable String method, Instant time) {

	@Override
	public String toString() {
		return LockNames.describe(this, "resource", this.resource, "owner", this.owner, "method", this.method, "time",
				this.time);
	}

}
