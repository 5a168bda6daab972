package io.github.locks.spi;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * Tells at what time of day something happened that was stamped by
 * {@link System#nanoTime()}, with the same answer each time: the distance of the two
 * clocks is measured once, and again only when they have drifted apart, as when the clock
 * was set or the machine slept.
 */
public final class WallClock {

	private static final long TOLERANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

	private static final long PRECISION_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	private static final int MAX_ATTEMPTS = 10;

	private static volatile long distanceNanos = measure();

	private WallClock() {
	}

	/**
	 * Returns the time of day.
	 * @param nanoTime a value of {@link System#nanoTime()} in this process
	 * @return when that was
	 */
	public static Instant at(long nanoTime) {
		long measured = measure();
		if (Math.abs(measured - distanceNanos) > TOLERANCE_NANOS) {
			distanceNanos = measured;
		}
		return Instant.EPOCH.plusNanos(nanoTime + distanceNanos);
	}

	/** Reads both clocks, again if something came between. */
	private static long measure() {
		long before;
		Instant now;
		int attempts = 0;
		do {
			before = System.nanoTime();
			now = Instant.now();
		}
		while (System.nanoTime() - before > PRECISION_NANOS && ++attempts < MAX_ATTEMPTS);
		return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano() - before;
	}

}
