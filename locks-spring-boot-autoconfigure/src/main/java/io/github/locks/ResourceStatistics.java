package io.github.locks;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Statistics of one resource.
 *
 * @param resourceName name of the resource
 * @param locks statistics by the {@linkplain LockType#key() key} of each kind of lock
 * @param recentOperations what happened last, oldest first
 */
public record ResourceStatistics(String resourceName, Map<String, LockStatistics> locks,
		List<LockOperation> recentOperations) {

	/**
	 * Copies the collections, keeping their order.
	 */
	public ResourceStatistics {
		locks = Collections.unmodifiableMap(new LinkedHashMap<>(locks));
		recentOperations = List.copyOf(recentOperations);
	}

	/**
	 * Returns these statistics with no more than the last recent operations.
	 * @param operations how many at most
	 * @return the same if there are no more
	 */
	public ResourceStatistics withLastOperations(int operations) {
		int known = this.recentOperations.size();
		return (known <= operations) ? this : new ResourceStatistics(this.resourceName, this.locks,
				this.recentOperations.subList(known - operations, known));
	}

	@Override
	public String toString() {
		return LockNames.describe(this, "resourceName", this.resourceName, "locks", this.locks, "recentOperations",
				this.recentOperations);
	}

}
