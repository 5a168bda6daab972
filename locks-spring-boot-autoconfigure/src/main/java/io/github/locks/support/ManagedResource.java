package io.github.locks.support;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.locks.LockType;
import io.github.locks.local.Acquisition;
import io.github.locks.local.FairLock;
import io.github.locks.statistics.ResourceRecorder;
import org.jspecify.annotations.Nullable;

/**
 * The locks of one resource while somebody uses them, and for a while after. A reference
 * is counted for each holder and waiter; without references it may be retired, once, and
 * then takes no more.
 */
final class ManagedResource {

	private static final int RETIRED = -1;

	private final String name;

	private final ResourceRecorder recorder;

	private final FairLock readWriteLock;

	private final AtomicInteger references = new AtomicInteger();

	private volatile @Nullable DistributedLock distributedLock;

	private volatile long idleSinceNanos = System.nanoTime();

	ManagedResource(String name, ResourceRecorder recorder, long tokenFloor) {
		this.name = name;
		this.recorder = recorder;
		this.readWriteLock = new FairLock(name, tokenFloor);
	}

	String name() {
		return this.name;
	}

	ResourceRecorder recorder() {
		return this.recorder;
	}

	/** The queue of a kind of lock. */
	FairLock queue(LockType type) {
		return (type == LockType.DISTRIBUTED) ? distributedLock().queue() : this.readWriteLock;
	}

	DistributedLock distributedLock() {
		DistributedLock known = this.distributedLock;
		return (known != null) ? known : createDistributedLock();
	}

	private synchronized DistributedLock createDistributedLock() {
		DistributedLock known = this.distributedLock;
		if (known == null) {
			known = new DistributedLock(this.name);
			this.distributedLock = known;
		}
		return known;
	}

	/** Who holds and who waits, of all kinds of lock. */
	FairLock.Snapshot snapshot() {
		FairLock.Snapshot local = this.readWriteLock.snapshot();
		DistributedLock known = this.distributedLock;
		if (known == null) {
			return local;
		}
		FairLock.Snapshot distributed = known.snapshot();
		List<Acquisition> granted = new ArrayList<>(local.granted());
		granted.addAll(distributed.granted());
		List<Acquisition> queued = new ArrayList<>(local.queued());
		queued.addAll(distributed.queued());
		return new FairLock.Snapshot(granted, queued);
	}

	/** The first of those who hold the lock of a kind, or the one that excludes it. */
	List<Acquisition> holders(LockType type, int limit) {
		DistributedLock known = this.distributedLock;
		if (type != LockType.DISTRIBUTED) {
			return this.readWriteLock.holders(limit);
		}
		return (known != null) ? known.members(true) : List.of();
	}

	long lastToken() {
		return this.readWriteLock.lastToken();
	}

	boolean retain() {
		for (int count = this.references.get(); count != RETIRED; count = this.references.get()) {
			if (this.references.compareAndSet(count, count + 1)) {
				return true;
			}
		}
		return false;
	}

	/** Returns whether that was the last reference. */
	boolean release() {
		this.idleSinceNanos = System.nanoTime();
		return this.references.decrementAndGet() == 0;
	}

	boolean isIdleFor(long nanos) {
		return this.references.get() == 0 && System.nanoTime() - this.idleSinceNanos >= nanos;
	}

	boolean retire() {
		return this.references.compareAndSet(0, RETIRED);
	}

}
