package io.github.locks;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * Makes an overview of what is known of all resources.
 */
final class OverviewOfAll {

	private final Map<String, ResourceStatistics> statistics;

	private final Map<String, ResourceStatus> status;

	OverviewOfAll(List<ResourceStatistics> statistics, List<ResourceStatus> status) {
		this.statistics = statistics.stream()
			.collect(Collectors.toMap(ResourceStatistics::resourceName, Function.identity(), (a, b) -> a));
		this.status = status.stream()
			.collect(Collectors.toMap(ResourceStatus::resourceName, Function.identity(), (a, b) -> a));
	}

	LockOverview ofFirst(LockQuery query) {
		ResourceRanking ranking = new ResourceRanking(query);
		Set<String> known = new LinkedHashSet<>(this.statistics.keySet());
		known.addAll(this.status.keySet());
		known.forEach((name) -> ranking.offer(heat(name)));
		List<String> names = ranking.names();
		return new LockOverview(
				names.stream()
					.map(this.statistics::get)
					.filter(Objects::nonNull)
					.map((resource) -> resource.withLastOperations(query.operations()))
					.toList(),
				names.stream().map(this.status::get).filter(Objects::nonNull).toList(), List.of(), ranking.leftOut());
	}

	private ResourceHeat heat(String name) {
		ResourceStatistics recorded = this.statistics.get(name);
		ResourceStatus now = this.status.get(name);
		return new ResourceHeat(name, count(now, (lock) -> lock.holders().size()),
				count(now, (lock) -> lock.waiters().size()), (long) sum(recorded, LockStatistics::totalAcquisitions),
				(long) sum(recorded, LockStatistics::totalTimeouts), sum(recorded, LockStatistics::totalWaitTimeMs),
				sum(recorded, LockStatistics::totalHoldTimeMs));
	}

	private static int count(@Nullable ResourceStatus status, ToIntFunction<LockStatus> number) {
		return (status != null) ? status.locks().values().stream().mapToInt(number).sum() : 0;
	}

	private static double sum(@Nullable ResourceStatistics statistics, ToDoubleFunction<LockStatistics> number) {
		return (statistics != null) ? statistics.locks().values().stream().mapToDouble(number).sum() : 0;
	}

}
