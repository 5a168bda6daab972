package io.github.locks.support;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import io.github.locks.LockHolder;
import io.github.locks.LockStatus;
import io.github.locks.LockType;
import io.github.locks.LockWaiter;
import io.github.locks.ResourceStatistics;
import io.github.locks.ResourceStatus;
import io.github.locks.local.Acquisition;
import io.github.locks.local.Snapshot;
import io.github.locks.spi.ProcessId;
import io.github.locks.spi.ProcessPicture;
import io.github.locks.spi.WallClock;
import io.github.locks.statistics.ResourceRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Reads who holds, who waits, and what was recorded.
 */
final class StatusReader {

	private static final int MAX_HOLDERS = 100;

	private final ResourceTable resources;

	private final Leases leases;

	private final Pictures pictures;

	StatusReader(ResourceTable resources, Leases leases, Pictures pictures) {
		this.resources = resources;
		this.leases = leases;
		this.pictures = pictures;
	}

	/** Who holds and waits here, and for locks across processes also elsewhere. */
	List<ResourceStatus> statusOfAllProcesses() {
		return withUnknownHolders(OtherProcesses.merge(status(), this.pictures.others()));
	}

	List<ResourceStatus> statusOfAllProcesses(String name) {
		return withUnknownHolders(OtherProcesses.merge(status(name), this.pictures.others())
			.stream()
			.filter((resource) -> resource.resourceName().equals(name))
			.toList());
	}

	/** The status of some resources, in their order, without those that are free. */
	List<ResourceStatus> statusOfAllProcesses(List<String> names, List<ProcessPicture> others) {
		List<ResourceStatus> own = names.stream().flatMap((name) -> status(name).stream()).toList();
		Map<String, ResourceStatus> merged = new HashMap<>();
		OtherProcesses.merge(own, others).forEach((status) -> merged.put(status.resourceName(), status));
		return withUnknownHolders(names.stream().map(merged::get).filter(Objects::nonNull).toList());
	}

	/** Asks the backend who holds what is waited for, if nobody has shown it. */
	private List<ResourceStatus> withUnknownHolders(List<ResourceStatus> all) {
		String key = LockType.DISTRIBUTED.key();
		return all.stream().map((resource) -> {
			LockStatus lock = resource.locks().get(key);
			Optional<LockHolder> holder = (lock != null && lock.holders().isEmpty())
					? this.leases.inspect(resource.resourceName()) : Optional.empty();
			if (lock == null || holder.isEmpty()) {
				return resource;
			}
			Map<String, LockStatus> locks = new LinkedHashMap<>(resource.locks());
			locks.put(key, new LockStatus(List.of(holder.get()), lock.waiters()));
			return new ResourceStatus(resource.resourceName(), locks);
		}).toList();
	}

	List<ResourceStatus> status() {
		List<ResourceStatus> status = new ArrayList<>();
		for (ManagedResource resource : this.resources.all()) {
			if (!resource.isUnused()) {
				status(resource).ifPresent(status::add);
			}
		}
		status.sort((a, b) -> a.resourceName().compareTo(b.resourceName()));
		return status;
	}

	List<ResourceStatus> status(String name) {
		ManagedResource resource = this.resources.find(name);
		return (resource != null) ? status(resource).stream().toList() : List.of();
	}

	List<ResourceStatistics> statistics(int operations) {
		List<ResourceStatistics> statistics = new ArrayList<>();
		for (String name : this.resources.knownNames()) {
			statistics.addAll(statistics(name, operations));
		}
		return statistics;
	}

	List<ResourceStatistics> statistics(String name, int operations) {
		ResourceRecorder recorder = this.resources.recorder(name);
		if (recorder == null) {
			return List.of();
		}
		ManagedResource resource = this.resources.find(name);
		Snapshot snapshot = (resource != null) ? resource.snapshotOfAll() : new Snapshot(List.of(), List.of());
		return List.of(recorder.snapshot(name, (type) -> count(snapshot.granted(), type),
				(type) -> count(snapshot.queued(), type), operations));
	}

	/** The first of those who keep a request of a kind out. */
	List<LockHolder> holders(ManagedResource resource, LockType type) {
		List<LockHolder> holders = new ArrayList<>();
		resource.holders(type, MAX_HOLDERS).forEach((acquisition) -> holders.add(holder(acquisition)));
		if (holders.isEmpty()) {
			holders.addAll(OtherProcesses.holdersAgainst(resource.resource(), type, this.pictures.others()));
		}
		if (holders.isEmpty() && type == LockType.DISTRIBUTED) {
			this.leases.inspect(resource.resource()).ifPresent(holders::add);
		}
		return holders;
	}

	/** The handles that have lost the lock, but are not closed: others wait for them. */
	List<DefaultLockHandle> losers(ManagedResource resource, LockType type) {
		return resource.losers(type);
	}

	static LockHolder holder(DefaultLockHandle handle) {
		return holder(handle.acquisition());
	}

	private Optional<ResourceStatus> status(ManagedResource resource) {
		Snapshot snapshot = resource.snapshotOfAll();
		Map<String, LockStatus> locks = new LinkedHashMap<>();
		for (LockType type : LockType.values()) {
			LockStatus status = status(snapshot, type);
			if (status != null) {
				locks.put(type.key(), status);
			}
		}
		return locks.isEmpty() ? Optional.empty() : Optional.of(new ResourceStatus(resource.resource(), locks));
	}

	private @Nullable LockStatus status(Snapshot snapshot, LockType type) {
		List<LockHolder> holders = new ArrayList<>();
		for (Acquisition acquisition : snapshot.granted()) {
			if (acquisition.type() == type) {
				holders.add(holder(acquisition));
			}
		}
		List<LockWaiter> waiters = waiters(snapshot, type);
		if (holders.isEmpty() && waiters.isEmpty()) {
			return null;
		}
		return new LockStatus(holders, waiters);
	}

	/** Readers and writers stand in one queue; the distributed lock has its own. */
	private static List<LockWaiter> waiters(Snapshot snapshot, LockType type) {
		List<LockWaiter> waiters = new ArrayList<>();
		int position = 0;
		for (Acquisition acquisition : snapshot.queued()) {
			if ((acquisition.type() == LockType.DISTRIBUTED) == (type == LockType.DISTRIBUTED)) {
				position++;
				if (acquisition.type() == type) {
					waiters.add(waiter(acquisition, position));
				}
			}
		}
		return waiters;
	}

	private static LockHolder holder(Acquisition acquisition) {
		long nanos = System.nanoTime() - acquisition.grantedNanos();
		return new LockHolder(acquisition.owner().name(), acquisition.method(),
				WallClock.at(acquisition.grantedNanos()), millis(nanos), ProcessId.current());
	}

	private static LockWaiter waiter(Acquisition acquisition, int position) {
		long nanos = System.nanoTime() - acquisition.requestedNanos();
		return new LockWaiter(acquisition.owner().name(), acquisition.method(),
				WallClock.at(acquisition.requestedNanos()), millis(nanos), position, ProcessId.current());
	}

	private static int count(List<Acquisition> acquisitions, LockType type) {
		return (int) acquisitions.stream().filter((acquisition) -> acquisition.type() == type).count();
	}

	static double millis(long nanos) {
		return TimeUnit.NANOSECONDS.toMicros(nanos) / 1000.0;
	}

}
