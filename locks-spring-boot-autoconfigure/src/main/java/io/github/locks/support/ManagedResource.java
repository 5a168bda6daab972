package io.github.locks.support;

import java.util.ArrayList;
import java.util.List;

import io.github.locks.LockType;
import io.github.locks.local.Acquisition;
import io.github.locks.local.FairLock;
import io.github.locks.local.Snapshot;
import io.github.locks.statistics.ResourceRecorder;
import org.jspecify.annotations.Nullable;

/**
 * The locks of one resource while somebody uses them, and for a while after. It may be
 * retired when all its locks are free; a request that comes too late is told so by the
 * lock, and looks the resource up again.
 */
final class ManagedResource extends FairLock {

	private final ResourceRecorder recorder;

	private volatile @Nullable DistributedLock distributedLock;

	/**
	 * Creates a resource whose locks are free.
	 * @param name its name
	 * @param tokenFloor a number that all its fencing tokens will exceed
	 * @param fairness the order in which waiting threads are served
	 * @param recorder its statistics
	 */
	ManagedResource(String name, long tokenFloor, Fairness fairness, ResourceRecorder recorder) {
		super(name, tokenFloor, fairness.overtakingNanos());
		this.recorder = recorder;
	}

	ResourceRecorder recorder() {
		return this.recorder;
	}

	/** The queue of a kind of lock. */
	FairLock queue(LockType type) {
		return (type == LockType.DISTRIBUTED) ? distributedLock().queue() : this;
	}

	DistributedLock distributedLock() {
		DistributedLock known = this.distributedLock;
		return (known != null) ? known : createDistributedLock();
	}

	private synchronized DistributedLock createDistributedLock() {
		DistributedLock known = this.distributedLock;
		if (known == null) {
			known = new DistributedLock(resource());
			this.distributedLock = known;
		}
		return known;
	}

	/** Who holds and who waits, of all kinds of lock. */
	Snapshot snapshotOfAll() {
		Snapshot local = snapshot();
		DistributedLock known = this.distributedLock;
		if (known == null) {
			return local;
		}
		Snapshot distributed = known.snapshot();
		List<Acquisition> granted = new ArrayList<>(local.granted());
		granted.addAll(distributed.granted());
		List<Acquisition> queued = new ArrayList<>(local.queued());
		queued.addAll(distributed.queued());
		return new Snapshot(granted, queued);
	}

	/** Who is inside of any lock: holders, and those who have lost their lease. */
	List<Acquisition> inside() {
		List<Acquisition> inside = new ArrayList<>(snapshot().granted());
		DistributedLock known = this.distributedLock;
		if (known != null) {
			inside.addAll(known.inside());
		}
		return inside;
	}

	/** The first of those who hold the lock of a kind, or the one that excludes it. */
	List<Acquisition> holders(LockType type, int limit) {
		DistributedLock known = this.distributedLock;
		if (type != LockType.DISTRIBUTED) {
			return snapshot(limit, 0).granted();
		}
		return (known != null) ? known.members(true) : List.of();
	}

	boolean isUnusedSince(long nanos) {
		DistributedLock known = this.distributedLock;
		return isIdleSince(nanos) && (known == null || known.queue().isIdleSince(nanos));
	}

	/** Whether all locks are free. */
	boolean isUnused() {
		DistributedLock known = this.distributedLock;
		return isFree() && (known == null || known.queue().isFree());
	}

	/**
	 * Retires the locks for ever if all of them are free. Afterwards there is a retired
	 * lock of each kind, for requests that come too late.
	 * @return whether they are retired now
	 */
	synchronized boolean retireAll() {
		DistributedLock known = this.distributedLock;
		if (known != null && !known.queue().retire()) {
			return false;
		}
		if (!retire()) {
			this.distributedLock = null;
			return false;
		}
		if (known == null) {
			known = new DistributedLock(resource());
			known.queue().retire();
			this.distributedLock = known;
		}
		return true;
	}

}
