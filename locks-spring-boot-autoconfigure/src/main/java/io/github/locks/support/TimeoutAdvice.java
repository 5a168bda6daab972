package io.github.locks.support;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import io.github.locks.LockAdvice;
import io.github.locks.LockRequest;
import io.github.locks.LockStatistics;
import io.github.locks.LockType;
import io.github.locks.ResourceStatistics;
import io.github.locks.statistics.ResourceRecorder;

/**
 * Finds timeouts that are shorter than holds that are not rare: who comes while such a
 * hold begins gives up before it ends, however short the queue.
 */
final class TimeoutAdvice {

	/** A coarse clock may make a hold longer by so much. */
	private static final double DOUBT_MS = 15;

	private static final String ATTRIBUTE = "the 'timeout' attribute of the annotation, or the timeout given by the caller";

	private final LockSettings settings;

	private final ResourceTable resources;

	TimeoutAdvice(LockSettings settings, ResourceTable resources) {
		this.settings = settings;
		this.resources = resources;
	}

	List<LockAdvice> of(List<ResourceStatistics> statistics) {
		List<LockAdvice> advice = new ArrayList<>();
		for (ResourceStatistics resource : statistics) {
			for (LockType type : LockType.values()) {
				of(resource, type).ifPresent(advice::add);
			}
		}
		return advice;
	}

	private Optional<LockAdvice> of(ResourceStatistics resource, LockType type) {
		LockStatistics asked = resource.locks().get(type.key());
		double holdMs = longHold(resource.locks(), type);
		if (asked == null || asked.totalAcquisitions() + asked.totalTimeouts() == 0 || holdMs <= DOUBT_MS) {
			return Optional.empty();
		}
		LockRequest request = LockRequest.of(type, resource.resourceName()).build();
		double configuredMs = StatusReader.millis(LockSettings.nanos(this.settings.timeoutOf(request)));
		double seenMs = shortestTimeoutMs(resource.resourceName(), type);
		boolean seen = seenMs < configuredMs || configuredMs <= 0;
		double timeoutMs = seen ? seenMs : configuredMs;
		if (timeoutMs >= holdMs - DOUBT_MS) {
			return Optional.empty();
		}
		String setting = seen ? ATTRIBUTE : this.settings.timeoutSource(request);
		return Optional.of(new LockAdvice(resource.resourceName(), type.key(), LockAdvice.Kind.TIMEOUT_BELOW_HOLD,
				timeoutMs, holdMs, setting, message(type, timeoutMs, holdMs)));
	}

	/** What one of a hundred requests waits for that finds the lock just taken. */
	private static double longHold(Map<String, LockStatistics> locks, LockType type) {
		Stream<LockType> excluding = switch (type) {
			case READ -> Stream.of(LockType.WRITE);
			case WRITE -> Stream.of(LockType.READ, LockType.WRITE);
			case DISTRIBUTED -> Stream.of(LockType.DISTRIBUTED);
		};
		return excluding.map((other) -> locks.get(other.key()))
			.filter((other) -> other != null && other.holdPercentilesMs() != null)
			.mapToDouble((other) -> (other.holdPercentilesMs() != null) ? other.holdPercentilesMs().p99() : 0)
			.max()
			.orElse(0);
	}

	private double shortestTimeoutMs(String name, LockType type) {
		ResourceRecorder recorder = this.resources.recorder(name);
		return StatusReader.millis((recorder != null) ? recorder.shortestTimeoutNanos(type) : Long.MAX_VALUE);
	}

	private static String message(LockType type, double timeoutMs, double holdMs) {
		return "Requests for the " + type.key() + " lock give up after " + Math.round(timeoutMs)
				+ " ms, but 1 of 100 holds that they wait for takes " + Math.round(holdMs) + " ms or more";
	}

}
