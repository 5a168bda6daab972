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

	/** Between the first questions of who will be told. */
	private static final long SELDOM_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

	private static final long MOST_SELDOM_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

	private long ceilingNanos = FIRST_NANOS;

	private long seldomNanos = SELDOM_NANOS;

	/**
	 * Returns the next pause.
	 * @param told whether who waits will be told when to ask
	 */
	long nextNanos(boolean told) {
		if (told) {
			long seldom = ThreadLocalRandom.current().nextLong(this.seldomNanos / 2, this.seldomNanos);
			this.seldomNanos = Math.min(MOST_SELDOM_NANOS, 2 * this.seldomNanos);
			return seldom;
		}
		long pause = ThreadLocalRandom.current().nextLong(FIRST_NANOS / 4, this.ceilingNanos);
		this.ceilingNanos = Math.min(LONGEST_NANOS, 2 * this.ceilingNanos);
		return pause;
	}

}
