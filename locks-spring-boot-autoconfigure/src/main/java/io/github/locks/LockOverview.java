package io.github.locks;

import java.util.List;

/**
 * What {@link LockManager#getOverview(LockQuery)} shows: the first of the resources that
 * were asked for.
 *
 * @param statistics their statistics, in the order that was asked for
 * @param status who holds and who waits for them, in the same order; those that nobody
 * holds or waits for are not there
 * @param advice what should be changed about them
 * @param leftOut how many more resources were asked for, but not within the limit
 */
public record LockOverview(List<ResourceStatistics> statistics, List<ResourceStatus> status, List<LockAdvice> advice,
		int leftOut) {

	/**
	 * Copies the lists.
	 */
	public LockOverview {
		statistics = List.copyOf(statistics);
		status = List.copyOf(status);
		advice = List.copyOf(advice);
	}

	/** The overview of a lock manager that has no quicker way. */
	static LockOverview of(LockManager locks, LockQuery query) {
		return new OverviewOfAll(locks.getStatistics(), locks.getLockStatus()).ofFirst(query);
	}

}
