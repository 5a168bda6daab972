package io.github.locks.support;

import io.github.locks.local.Acquisition;
import io.github.locks.spi.Lease;

/**
 * A distributed lock that nobody holds and nobody gets: it was closed before its minimum
 * hold was over.
 *
 * @param lease the lease that is kept
 * @param standIn what keeps the owners of this process out
 * @param untilNanos when the minimum hold is over, a value of {@link System#nanoTime()}
 * @param whenOver what to do when the lock has been given back
 */
record Lingering(Lease lease, Acquisition standIn, long untilNanos, Runnable whenOver) {
}
