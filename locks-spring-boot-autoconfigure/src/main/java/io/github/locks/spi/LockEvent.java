package io.github.locks.spi;

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
 * @param nanoTime when, a value of {@link System#nanoTime()}
 * @param waitNanos how long the request had waited
 * @param holdNanos how long the lock had been held; zero unless it was released or lost
 */
public record LockEvent(LockOperation.Kind operation, String resource, LockType type, String owner,
		@Nullable String method, long nanoTime, long waitNanos, long holdNanos) {
}
