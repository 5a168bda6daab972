package io.github.locks.support;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.locks.LockOwner;
import io.github.locks.local.Acquisition;
import io.github.locks.statistics.ResourceRecorder;
import io.github.locks.statistics.StatisticsArchive;
import org.jspecify.annotations.Nullable;

/**
 * All resources that are in use, and those that were lately. An unused one is evicted
 * when it was idle for long, or when another one needs its place; its statistics go to
 * the archive and come back with it. Creating and evicting a resource are atomic by its
 * name, so that there are never two locks for one name, and no lock in use is ever
 * evicted: it would have to be retired first, which it refuses.
 */
final class ResourceTable {

	/** Each new resource looks at so many others, to evict one or two of them. */
	private static final int LOOKS = 8;

	private final Map<String, ManagedResource> resources = new ConcurrentHashMap<>();

	private final StatisticsArchive archive;

	private final Fairness fairness;

	private final int maxIdle;

	/** All fencing tokens of evicted resources are below. */
	private final AtomicLong tokenFloor = new AtomicLong();

	private final ReentrantLock handMutex = new ReentrantLock();

	/** Goes round all resources, looking for one that can be evicted. */
	@GuardedBy("handMutex")
	private Iterator<ManagedResource> hand = List.<ManagedResource>of().iterator();

	ResourceTable(StatisticsArchive archive, int maxIdle, Fairness fairness) {
		this.archive = archive;
		this.fairness = fairness;
		this.maxIdle = maxIdle;
	}

	/** Returns the resource of a valid name, whether it was in use or not. */
	ManagedResource get(String name) {
		ManagedResource known = this.resources.get(name);
		return (known != null) ? known : create(name);
	}

	/** Returns what has come in the place of a resource whose lock was retired. */
	ManagedResource renew(String name) {
		// Whoever retires it does so in a computation of the map: wait for its end.
		this.resources.computeIfPresent(name, (key, current) -> current);
		return get(name);
	}

	private ManagedResource create(String name) {
		ManagedResource created = this.resources.computeIfAbsent(name, (key) -> {
			long clock = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
			return new ManagedResource(key, Math.max(this.tokenFloor.get(), clock), this.fairness,
					this.archive.take(key));
		});
		if (this.resources.size() > this.maxIdle) {
			makeRoom(created);
		}
		return created;
	}

	/** Evicts others that are free, more than one was created for each. */
	private void makeRoom(ManagedResource created) {
		if (!this.handMutex.tryLock()) {
			return;
		}
		try {
			int evicted = 0;
			for (int i = 0; i < LOOKS && evicted < 2; i++) {
				if (!this.hand.hasNext()) {
					this.hand = this.resources.values().iterator();
				}
				if (this.hand.hasNext()) {
					ManagedResource candidate = this.hand.next();
					evicted += (candidate != created && evict(candidate)) ? 1 : 0;
				}
			}
		}
		finally {
			this.handMutex.unlock();
		}
	}

	@Nullable ManagedResource find(String name) {
		return this.resources.get(name);
	}

	Collection<ManagedResource> all() {
		return new ArrayList<>(this.resources.values());
	}

	/** Evicts resources that were not used for a time. */
	void evictIdle(long idleNanos) {
		long since = System.nanoTime() - idleNanos;
		for (ManagedResource resource : this.resources.values()) {
			if (resource.isUnusedSince(since)) {
				evict(resource);
			}
		}
	}

	/** Returns whether the resource was evicted. */
	private boolean evict(ManagedResource resource) {
		if (!resource.isUnused()) {
			return false;
		}
		this.resources.computeIfPresent(resource.resource(), (key, current) -> {
			if (current != resource || !resource.retireAll()) {
				return current;
			}
			this.tokenFloor.accumulateAndGet(resource.lastToken(), Math::max);
			this.archive.put(key, resource.recorder());
			return null;
		});
		return this.resources.get(resource.resource()) != resource;
	}

	/** Whether an owner, or an ancestor of it, is inside of a lock. */
	boolean isInside(LockOwner owner, Collection<Acquisition> except) {
		for (ManagedResource resource : this.resources.values()) {
			for (Acquisition hold : resource.inside()) {
				if (isAncestor(hold.owner(), owner) && !except.contains(hold)) {
					return true;
				}
			}
		}
		return false;
	}

	private static boolean isAncestor(LockOwner ancestor, LockOwner owner) {
		for (@Nullable
		LockOwner member = owner; member != null; member = member.parent()) {
			if (member.equals(ancestor)) {
				return true;
			}
		}
		return false;
	}

	/** Whether others than an owner hold a lock or wait for one. */
	boolean hasOthersThan(LockOwner owner) {
		for (ManagedResource resource : this.resources.values()) {
			boolean others = resource.inside().stream().anyMatch((hold) -> !hold.owner().equals(owner))
					|| resource.snapshotOfAll().queued().stream().anyMatch((waiter) -> !waiter.owner().equals(owner));
			if (others) {
				return true;
			}
		}
		return false;
	}

	/** The names of the resources that each owner is inside of. */
	Map<LockOwner, List<String>> namesByOwner() {
		Map<LockOwner, List<String>> names = new HashMap<>();
		for (ManagedResource resource : this.resources.values()) {
			for (Acquisition hold : resource.inside()) {
				names.computeIfAbsent(hold.owner(), (owner) -> new ArrayList<>()).add(resource.resource());
			}
		}
		return names;
	}

	/** The names of all resources that have statistics. */
	Collection<String> knownNames() {
		TreeSet<String> names = new TreeSet<>(this.archive.resources());
		names.addAll(this.resources.keySet());
		return names;
	}

	/**
	 * Begins to visit all resources that have statistics. One that is evicted meanwhile,
	 * or comes back, may be visited twice or missed.
	 */
	Cursor cursor() {
		return new Cursor(this.archive.recorders().iterator(), this.resources.values().iterator());
	}

	@Nullable ResourceRecorder recorder(String name) {
		ManagedResource resource = this.resources.get(name);
		return (resource != null) ? resource.recorder() : this.archive.find(name);
	}

	/** Not while the resource is evicted, or comes back. */
	void resetStatistics(String name) {
		this.resources.compute(name, (key, current) -> {
			this.archive.remove(key);
			if (current != null) {
				current.recorder().reset();
			}
			return current;
		});
	}

	void resetStatistics() {
		this.archive.clear();
		this.resources.values().forEach((resource) -> resource.recorder().reset());
	}

	/**
	 * Where somebody is who visits all resources. For one thread at a time.
	 */
	static final class Cursor {

		private final Iterator<Map.Entry<String, ResourceRecorder>> archived;

		private final Iterator<ManagedResource> managed;

		private Cursor(Iterator<Map.Entry<String, ResourceRecorder>> archived, Iterator<ManagedResource> managed) {
			this.archived = archived;
			this.managed = managed;
		}

		/** Visits the next resource, if there is one. */
		boolean next(Visitor visitor) {
			if (this.archived.hasNext()) {
				Map.Entry<String, ResourceRecorder> entry = this.archived.next();
				visitor.visit(entry.getKey(), entry.getValue(), null);
				return true;
			}
			if (this.managed.hasNext()) {
				ManagedResource resource = this.managed.next();
				visitor.visit(resource.resource(), resource.recorder(), resource);
				return true;
			}
			return false;
		}

	}

	/**
	 * Is shown resources.
	 */
	@FunctionalInterface
	interface Visitor {

		/**
		 * Is shown a resource.
		 * @param resource the locks, or {@code null} if they are not in memory
		 */
		void visit(String name, ResourceRecorder recorder, @Nullable ManagedResource resource);

	}

}
