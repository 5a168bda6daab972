package io.github.locks.actuate;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.locks.Deadlock;
import io.github.locks.LockStatistics;
import io.github.locks.LockStatus;
import io.github.locks.ResourceStatistics;
import io.github.locks.ResourceStatus;

/**
 * A document of all resources that stays small, however many there are and whatever was
 * recorded of them: the resources that matter most, and of each no more than the
 * beginning of its queue and the end of its history.
 */
final class Overview {

	/** How many recent operations of a resource. */
	static final int OPERATIONS = 5;

	/** How many holders, and how many waiters, of a lock; the statistics count all. */
	static final int OWNERS = 20;

	static final int DEADLOCKS = 100;

	private final List<ResourceStatistics> statistics;

	private final List<ResourceStatus> status;

	private final List<Deadlock> deadlocks;

	Overview(List<ResourceStatistics> statistics, List<ResourceStatus> status, List<Deadlock> deadlocks) {
		this.statistics = statistics;
		this.status = status;
		this.deadlocks = deadlocks;
	}

	/** The document, in the order of the lists it is made of. */
	LocksDescriptor atMost(int resources) {
		Map<String, Rank> ranks = ranks();
		Set<String> named = ranks.keySet();
		int leftOut = named.size() - resources;
		if (leftOut > 0) {
			named = new HashSet<>(
					ranks.values().stream().sorted(Rank.ORDER).limit(resources).map(Rank::resource).toList());
		}
		Set<String> chosen = named;
		return new LocksDescriptor(
				this.statistics.stream()
					.filter((resource) -> chosen.contains(resource.resourceName()))
					.map(Overview::cut)
					.toList(),
				this.status.stream()
					.filter((resource) -> chosen.contains(resource.resourceName()))
					.map(Overview::cut)
					.toList(),
				this.deadlocks.stream().sorted(Comparator.comparing(Deadlock::kind)).limit(DEADLOCKS).toList(),
				(leftOut > 0) ? leftOut : null);
	}

	private Map<String, Rank> ranks() {
		Map<String, Rank> ranks = new HashMap<>();
		for (ResourceStatistics resource : this.statistics) {
			long acquisitions = resource.locks().values().stream().mapToLong(LockStatistics::totalAcquisitions).sum();
			ranks.put(resource.resourceName(), new Rank(resource.resourceName(), false, false, acquisitions));
		}
		for (ResourceStatus resource : this.status) {
			boolean awaited = resource.locks().values().stream().anyMatch((lock) -> !lock.waiters().isEmpty());
			Rank known = ranks.get(resource.resourceName());
			ranks.put(resource.resourceName(),
					new Rank(resource.resourceName(), awaited, true, (known != null) ? known.acquisitions() : 0));
		}
		return ranks;
	}

	private static ResourceStatistics cut(ResourceStatistics resource) {
		int operations = resource.recentOperations().size();
		return (operations <= OPERATIONS) ? resource : new ResourceStatistics(resource.resourceName(), resource.locks(),
				resource.recentOperations().subList(operations - OPERATIONS, operations));
	}

	private static ResourceStatus cut(ResourceStatus resource) {
		Map<String, LockStatus> locks = new LinkedHashMap<>();
		resource.locks()
			.forEach((key, lock) -> locks.put(key, new LockStatus(first(lock.holders()), first(lock.waiters()))));
		return new ResourceStatus(resource.resourceName(), locks);
	}

	private static <T> List<T> first(List<T> owners) {
		return (owners.size() <= OWNERS) ? owners : owners.subList(0, OWNERS);
	}

	/**
	 * How much a resource matters.
	 *
	 * @param resource its name
	 * @param awaited whether somebody waits for it
	 * @param inUse whether somebody holds it or waits for it
	 * @param acquisitions how often it was locked
	 */
	private record Rank(String resource, boolean awaited, boolean inUse, long acquisitions) {

		/** What matters most comes first. */
		static final Comparator<Rank> ORDER = Comparator.comparing(Rank::awaited)
			.thenComparing(Rank::inUse)
			.thenComparingLong(Rank::acquisitions)
			.reversed()
			.thenComparing(Rank::resource);

	}

}
