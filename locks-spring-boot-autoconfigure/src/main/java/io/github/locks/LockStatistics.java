package io.github.locks;

import org.jspecify.annotations.Nullable;

/**
 * What happened to one kind of lock of a resource since the statistics were reset. Times
 * are milliseconds; they are zero as long as there is nothing to measure.
 *
 * @param totalAcquisitions how often the lock was granted
 * @param totalReleases how often it was given back or lost
 * @param totalTimeouts how often a request was not granted in time
 * @param totalFailures how often a request ended in another way: interrupted, cancelled,
 * refused, or failed in the backend
 * @param minWaitTimeMs shortest wait of a granted request
 * @param avgWaitTimeMs average wait of a granted request
 * @param maxWaitTimeMs longest wait of a granted request
 * @param minHoldTimeMs shortest hold
 * @param avgHoldTimeMs average hold
 * @param maxHoldTimeMs longest hold
 * @param currentHolders how many hold the lock now
 * @param currentWaiters how many wait for it now
 * @param totalWaitTimeMs all waits of granted requests together
 * @param totalHoldTimeMs all holds that have ended together
 * @param waitPercentilesMs how the waits of granted requests are distributed, or
 * {@code null} if there are too few, or nothing that could tell
 * @param holdPercentilesMs the same of the holds
 */
public record LockStatistics(long totalAcquisitions, long totalReleases, long totalTimeouts, long totalFailures,
		double minWaitTimeMs, double avgWaitTimeMs, double maxWaitTimeMs, double minHoldTimeMs, double avgHoldTimeMs,
		double maxHoldTimeMs, int currentHolders, int currentWaiters, double totalWaitTimeMs, double totalHoldTimeMs,
		@Nullable Percentiles waitPercentilesMs, @Nullable Percentiles holdPercentilesMs) {

	/**
	 * Below which a share of all durations is. Off by a fifteenth of the value, or by
	 * 0.016 ms if that is more.
	 *
	 * @param p50 below that is one of two, in milliseconds
	 * @param p90 below that are 90 of a hundred
	 * @param p99 below that are 99 of a hundred
	 */
	public record Percentiles(double p50, double p90, double p99) {
	}

}
