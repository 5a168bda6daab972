package io.github.locks.support;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import io.github.locks.statistics.ResourceRecorder;
import io.github.locks.statistics.StatisticsArchive;
import org.jspecify.annotations.Nullable;

/**
 * All resources that are in use, and those that were lately. An unused one is evicted
 * when it was idle for long, or at once when there are too many; its statistics go to the
 * archive and come back with it. Creating and evicting a resource are atomic by its name,
 * so that there are never two locks for one name, and no lock in use is ever evicted.
 */
final class ResourceTable {

	private final Map<String, ManagedResource> resources = new ConcurrentHashMap<>();

	private final StatisticsArchive archive;

	private final int maxIdle;

	/** All fencing tokens of evicted resources are below. */
	private final AtomicLong tokenFloor = new AtomicLong();

	ResourceTable(StatisticsArchive archive, int maxIdle) {
		this.archive = archive;
		this.maxIdle = maxIdle;
	}

	/** Returns the resource with a reference counted, for {@link #release}. */
	ManagedResource retain(String name) {
		ManagedResource known = this.resources.get(name);
		if (known != null && known.retain()) {
			return known;
		}
		return this.resources.compute(name, (key, current) -> {
			ManagedResource resource = (current != null) ? current : create(key);
			resource.retain();
			return resource;
		});
	}

	private ManagedResource create(String name) {
		long clock = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
		return new ManagedResource(name, this.archive.take(name), Math.max(this.tokenFloor.get(), clock));
	}

	void release(ManagedResource resource) {
		if (resource.release() && this.resources.size() > this.maxIdle) {
			evict(resource);
		}
	}

	@Nullable ManagedResource find(String name) {
		return this.resources.get(name);
	}

	Collection<ManagedResource> all() {
		return new ArrayList<>(this.resources.values());
	}

	void evictIdle(long idleNanos) {
		for (ManagedResource resource : this.resources.values()) {
			if (resource.isIdleFor(idleNanos)) {
				evict(resource);
			}
		}
	}

	private void evict(ManagedResource resource) {
		this.resources.computeIfPresent(resource.name(), (key, current) -> {
			if (current != resource || !resource.retire()) {
				return current;
			}
			this.tokenFloor.accumulateAndGet(resource.lastToken(), Math::max);
			this.archive.put(key, resource.recorder());
			return null;
		});
	}

	/** The names of all resources that have statistics. */
	Collection<String> knownNames() {
		TreeSet<String> names = new TreeSet<>(this.archive.resources());
		names.addAll(this.resources.keySet());
		return names;
	}

	@Nullable ResourceRecorder recorder(String name) {
		ManagedResource resource = this.resources.get(name);
		return (resource != null) ? resource.recorder() : this.archive.find(name);
	}

	void resetStatistics(String name) {
		this.archive.remove(name);
		ManagedResource resource = this.resources.get(name);
		if (resource != null) {
			resource.recorder().reset();
		}
	}

	void resetStatistics() {
		this.archive.clear();
		this.resources.values().forEach((resource) -> resource.recorder().reset());
	}

}
