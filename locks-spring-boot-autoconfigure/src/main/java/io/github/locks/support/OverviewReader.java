package io.github.locks.support;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.locks.LockAdvice;
import io.github.locks.LockOverview;
import io.github.locks.LockQuery;
import io.github.locks.ResourceStatistics;
import io.github.locks.ResourceStatus;
import io.github.locks.spi.ProcessPicture;

/**
 * Reads the first resources of a query: finds out by a survey which ones they are, and
 * looks closely at those few. Safe for use by several threads.
 */
final class OverviewReader {

	private static final int QUERIES = 8;

	private final ResourceTable resources;

	private final Pictures pictures;

	private final StatusReader status;

	private final TimeoutAdvice advice;

	/** Of the last queries. */
	@GuardedBy("this")
	private final Map<LockQuery, Survey> surveys = new LinkedHashMap<>(16, 0.75f, true);

	OverviewReader(ResourceTable resources, Pictures pictures, StatusReader status, TimeoutAdvice advice) {
		this.resources = resources;
		this.pictures = pictures;
		this.status = status;
		this.advice = advice;
	}

	LockOverview read(LockQuery query) {
		List<ProcessPicture> others = this.pictures.others();
		Survey.Choice choice = survey(query).choose(others);
		List<ResourceStatistics> statistics = choice.names()
			.stream()
			.flatMap((name) -> this.status.statistics(name, query.operations()).stream())
			.toList();
		List<ResourceStatus> now = this.status.statusOfAllProcesses(choice.names(), others);
		return new LockOverview(statistics, now, this.advice.of(statistics), choice.leftOut());
	}

	List<LockAdvice> advice(String name) {
		return this.advice.of(this.status.statistics(name, 0));
	}

	private synchronized Survey survey(LockQuery query) {
		Survey survey = this.surveys.computeIfAbsent(query, (key) -> new Survey(key, this.resources));
		if (this.surveys.size() > QUERIES) {
			this.surveys.remove(this.surveys.keySet().iterator().next());
		}
		return survey;
	}

}
