package io.github.locks;

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
 */
public record LockStatistics(long totalAcquisitions, long totalReleases, long totalTimeouts, long totalFailures,
		double minWaitTimeMs, double avgWaitTimeMs, double maxWaitTimeMs, double minHoldTimeMs, double avgHoldTimeMs,
		double maxHoldTimeMs, int currentHolders, int currentWaiters) {
}
