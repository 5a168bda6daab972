package io.github.locks.support;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Pauses between questions to the backend: exponential with full jitter, so that
 * processes that wait for the same lock do not ask in step.
 */
final class Backoff {

	private static final long FIRST_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

	private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	/** Between questions of who will be told. */
	private static final long SELDOM_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

	private long ceilingNanos = FIRST_NANOS;

	/**
	 * Returns the next pause.
	 * @param told whether who waits will be told when to ask
	 */
	long nextNanos(boolean told) {
		if (told) {
			return ThreadLocalRandom.current().nextLong(SELDOM_NANOS / 2, SELDOM_NANOS);
		}
		long pause = ThreadLocalRandom.current().nextLong(FIRST_NANOS / 4, this.ceilingNanos);
		this.ceilingNanos = Math.min(LONGEST_NANOS, 2 * this.ceilingNanos);
		return pause;
	}

}
