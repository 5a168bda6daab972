package io.github.locks;

/**
 * What decides which resources of many are shown: a short summary of all kinds of lock of
 * one.
 *
 * @param resourceName name of the resource
 * @param holders how many hold a lock now
 * @param waiters how many wait for one now
 * @param totalAcquisitions how often a lock was granted
 * @param totalTimeouts how often a request was not granted in time
 * @param totalWaitTimeMs how long granted requests have waited, all together
 * @param totalHoldTimeMs how long the locks were held, all holds together
 */
public record ResourceHeat(String resourceName, int holders, int waiters, long totalAcquisitions, long totalTimeouts,
		double totalWaitTimeMs, double totalHoldTimeMs) {

	@Override
	public String toString() {
		return LockNames.describe(this, "resourceName", this.resourceName, "holders", this.holders, "waiters",
				this.waiters, "totalAcquisitions", this.totalAcquisitions, "totalTimeouts", this.totalTimeouts,
				"totalWaitTimeMs", this.totalWaitTimeMs, "totalHoldTimeMs", this.totalHoldTimeMs);
	}

}
