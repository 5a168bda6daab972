package io.github.locks.statistics;

import java.util.concurrent.TimeUnit;

import io.github.locks.LockStatistics.Percentiles;
import org.HdrHistogram.AtomicHistogram;
import org.jspecify.annotations.Nullable;

/**
 * How durations are distributed, in three kilobytes however many there are: made when
 * there are enough of them to tell, and only where the application has HdrHistogram, as
 * those with Micrometer do. Safe for use by several threads, which do not wait for each
 * other.
 */
final class Sketch {

	/** Fewer tell nothing, and names that are used seldom shall need no memory. */
	static final int FEW = 15;

	private static final boolean POSSIBLE = isPossible();

	private static final long SHORTEST_NANOS = TimeUnit.MICROSECONDS.toNanos(16);

	private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(30);

	private static final int DIGITS = 1;

	private volatile @Nullable AtomicHistogram histogram;

	private static boolean isPossible() {
		try {
			Class.forName("org.HdrHistogram.AtomicHistogram", false, Sketch.class.getClassLoader());
			return true;
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return false;
		}
	}

	/**
	 * Adds a duration.
	 * @param nanos how long
	 * @param number which one it is, from 1; the first few are not kept
	 */
	void add(long nanos, long number) {
		if (POSSIBLE && number > FEW) {
			AtomicHistogram known = this.histogram;
			((known != null) ? known : create()).recordValue(Math.max(0, Math.min(nanos, LONGEST_NANOS)));
		}
	}

	private synchronized AtomicHistogram create() {
		AtomicHistogram known = this.histogram;
		if (known == null) {
			known = new AtomicHistogram(SHORTEST_NANOS, LONGEST_NANOS, DIGITS);
			this.histogram = known;
		}
		return known;
	}

	/**
	 * Returns how durations are distributed, of which most may have been too short to be
	 * measured.
	 * @param all how many there are
	 * @param measured how many of them are not zero
	 * @param maxNanos the longest
	 * @return {@code null} if there are too few
	 */
	@Nullable Percentiles percentiles(long all, long measured, long maxNanos) {
		AtomicHistogram known = this.histogram;
		if (known == null || known.getTotalCount() == 0) {
			return (POSSIBLE && all > FEW && measured <= 0) ? new Percentiles(0, 0, 0) : null;
		}
		double zeros = Math.max(0, all - measured) / (double) Math.max(1, all);
		return new Percentiles(millis(known, 0.5, zeros, maxNanos), millis(known, 0.9, zeros, maxNanos),
				millis(known, 0.99, zeros, maxNanos));
	}

	private static double millis(AtomicHistogram measured, double share, double zeros, long maxNanos) {
		if (share <= zeros) {
			return 0;
		}
		double percent = 100 * (share - zeros) / (1 - zeros);
		return ResourceRecorder.millis(Math.min(measured.getValueAtPercentile(percent), maxNanos));
	}

}
