package io.github.locks.support;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.github.locks.LockHolder;
import io.github.locks.LockStatus;
import io.github.locks.LockType;
import io.github.locks.LockWaiter;
import io.github.locks.ResourceStatus;
import io.github.locks.spi.ProcessPicture;
import io.github.locks.spi.ProcessPicture.Hold;
import io.github.locks.spi.ProcessPicture.Wait;

/**
 * Adds those of other processes to the status of this one.
 */
final class OtherProcesses {

	private OtherProcesses() {
	}

	/** Those in other processes who keep a request of a kind out. */
	static List<LockHolder> holdersAgainst(String resource, LockType type, List<ProcessPicture> others) {
		List<LockHolder> holders = new ArrayList<>();
		for (ProcessPicture picture : others) {
			picture.holds()
				.stream()
				.filter((hold) -> hold.excludes(resource, type))
				.forEach((hold) -> holders.add(holder(picture, hold)));
		}
		return holders;
	}

	/** Returns the status of all, sorted by name. */
	static List<ResourceStatus> merge(List<ResourceStatus> own, List<ProcessPicture> others) {
		if (others.stream().allMatch(ProcessPicture::isEmpty)) {
			return own;
		}
		Map<String, Map<String, LockStatus>> merged = new TreeMap<>();
		own.forEach((status) -> merged.put(status.resourceName(), new LinkedHashMap<>(status.locks())));
		for (ProcessPicture picture : others) {
			picture.holds()
				.forEach((hold) -> add(merged, hold.resource(), hold.type(),
						new LockStatus(List.of(holder(picture, hold)), List.of())));
			picture.waits()
				.stream()
				.filter(Wait::distributed)
				.forEach((wait) -> add(merged, wait.resource(), wait.type(),
						new LockStatus(List.of(), List.of(waiter(picture, wait)))));
		}
		return merged.entrySet().stream().map((entry) -> new ResourceStatus(entry.getKey(), entry.getValue())).toList();
	}

	private static void add(Map<String, Map<String, LockStatus>> merged, String resource, LockType type,
			LockStatus more) {
		merged.computeIfAbsent(resource, (key) -> new LinkedHashMap<>())
			.merge(type.key(), more, OtherProcesses::concat);
	}

	private static LockStatus concat(LockStatus first, LockStatus second) {
		List<LockHolder> holders = new ArrayList<>(first.holders());
		holders.addAll(second.holders());
		List<LockWaiter> waiters = new ArrayList<>(first.waiters());
		waiters.addAll(second.waiters());
		return new LockStatus(holders, waiters);
	}

	private static LockHolder holder(ProcessPicture picture, Hold hold) {
		return new LockHolder(hold.owner(), hold.method(), hold.since(), millisSince(hold.since()), picture.process());
	}

	private static LockWaiter waiter(ProcessPicture picture, Wait wait) {
		return new LockWaiter(wait.owner(), wait.method(), wait.since(), millisSince(wait.since()), wait.position(),
				picture.process());
	}

	/** Never negative, whatever the clocks say. */
	private static double millisSince(Instant since) {
		return Math.max(0, Duration.between(since, Instant.now()).toMillis());
	}

}
