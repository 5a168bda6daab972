package io.github.locks.actuate;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

import io.github.locks.Deadlock;
import io.github.locks.LockOverview;
import io.github.locks.LockStatus;
import io.github.locks.ResourceStatistics;
import io.github.locks.ResourceStatus;
import org.jspecify.annotations.Nullable;

/**
 * A document of many resources that stays small, however many there are and whatever was
 * recorded of them: of each no more than the beginning of its queue and the end of its
 * history, and all together no more than a number of bytes.
 */
final class Overview {

	/** How many recent operations of a resource. */
	static final int OPERATIONS = 5;

	/** How many holders, and how many waiters, of a lock; the statistics count all. */
	static final int OWNERS = 20;

	static final int DEADLOCKS = 100;

	private static final int BYTES_OF_DEADLOCKS = 200_000;

	private static final int BYTES_OF_FRAME = 1_000;

	/** By name; what comes first matters most. */
	private final Map<String, Entry> resources = new LinkedHashMap<>();

	private final LockOverview overview;

	private final List<Deadlock> deadlocks;

	Overview(LockOverview overview, List<Deadlock> deadlocks) {
		this.overview = overview;
		this.deadlocks = deadlocks.stream().sorted(Comparator.comparing(Deadlock::kind)).limit(DEADLOCKS).toList();
		overview.statistics()
			.forEach((statistics) -> this.resources.put(statistics.resourceName(), new Entry(statistics, null)));
		overview.status()
			.forEach((status) -> this.resources.merge(status.resourceName(), new Entry(null, first(status, OWNERS)),
					(known, now) -> new Entry(known.statistics(), now.status())));
	}

	/**
	 * The document.
	 * @param maxBytes how large it may be
	 * @param byName whether the resources are to be sorted by name
	 */
	LocksDescriptor document(int maxBytes, boolean byName) {
		List<Deadlock> shownDeadlocks = within(Math.min(maxBytes, BYTES_OF_DEADLOCKS), this.deadlocks, JsonSize::of);
		int left = maxBytes - BYTES_OF_FRAME - shownDeadlocks.stream().mapToInt(JsonSize::of).sum();
		List<Entry> shown = within(left, this.resources.values(), Entry::bytes);
		int leftOut = this.overview.leftOut() + this.resources.size() - shown.size();
		return new LocksDescriptor(
				list(shown.stream().flatMap((entry) -> Stream.ofNullable(entry.statistics())),
						byName ? Comparator.comparing(ResourceStatistics::resourceName) : null),
				list(shown.stream().flatMap((entry) -> Stream.ofNullable(entry.status())),
						byName ? Comparator.comparing(ResourceStatus::resourceName) : null),
				shownDeadlocks, (leftOut > 0) ? leftOut : null, this.overview.advice());
	}

	private static <T> List<T> within(int bytes, Collection<T> all, ToIntFunction<T> size) {
		List<T> first = new ArrayList<>();
		int left = bytes;
		for (T one : all) {
			left -= size.applyAsInt(one);
			if (left < 0) {
				break;
			}
			first.add(one);
		}
		return first;
	}

	private static <T> List<T> list(Stream<T> parts, @Nullable Comparator<T> order) {
		return ((order != null) ? parts.sorted(order) : parts).toList();
	}

	/** The status with only the first of those who hold and wait. */
	static ResourceStatus first(ResourceStatus resource, int owners) {
		Map<String, LockStatus> locks = new LinkedHashMap<>();
		resource.locks()
			.forEach((key, lock) -> locks.put(key,
					new LockStatus(first(lock.holders(), owners), first(lock.waiters(), owners))));
		return new ResourceStatus(resource.resourceName(), locks);
	}

	private static <T> List<T> first(List<T> all, int number) {
		return (all.size() <= number) ? all : all.subList(0, number);
	}

	/**
	 * What is known of one resource.
	 *
	 * @param statistics its statistics, if any
	 * @param status who holds and waits, if anybody
	 */
	private record Entry(@Nullable ResourceStatistics statistics, @Nullable ResourceStatus status) {

		int bytes() {
			return ((this.statistics != null) ? JsonSize.of(this.statistics) : 0)
					+ ((this.status != null) ? JsonSize.of(this.status) : 0);
		}

	}

}
