package io.github.locks.spi;

import java.time.Instant;

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
}
