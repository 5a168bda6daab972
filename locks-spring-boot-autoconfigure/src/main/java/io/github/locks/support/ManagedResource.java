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

	/** The leases for readers and writers, who have one queue for all scopes. */
	private volatile @Nullable DistributedLock readWriteLeases;

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
		return (type == LockType.DISTRIBUTED) ? distributedLock(type).queue() : this;
	}

	/** The part of a kind of lock that is for all processes. */
	DistributedLock distributedLock(LockType type) {
		DistributedLock known = (type == LockType.DISTRIBUTED) ? this.distributedLock : this.readWriteLeases;
		return (known != null) ? known : createDistributedLock(type);
	}

	private synchronized DistributedLock createDistributedLock(LockType type) {
		DistributedLock known = (type == LockType.DISTRIBUTED) ? this.distributedLock : this.readWriteLeases;
		if (known == null) {
			known = (type == LockType.DISTRIBUTED) ? withQueueOfItsOwn() : new DistributedLock(this);
			if (type == LockType.DISTRIBUTED) {
				this.distributedLock = known;
			}
			else {
				this.readWriteLeases = known;
			}
		}
		return known;
	}

	private DistributedLock withQueueOfItsOwn() {
		return new DistributedLock(new FairLock(resource(), 0, 0));
	}

	/** Who holds and who waits, of all kinds of lock. */
	Snapshot snapshotOfAll() {
		Snapshot readWrite = readWriteSnapshot();
		DistributedLock known = this.distributedLock;
		return (known != null) ? readWrite.plus(known.snapshot()) : readWrite;
	}

	/** Whom the queue has let in, but who has no lease yet, waits first of all. */
	private Snapshot readWriteSnapshot() {
		DistributedLock known = this.readWriteLeases;
		List<Acquisition> asking = (known != null) ? known.members(false) : List.of();
		Snapshot local = snapshot();
		return asking.isEmpty() ? local
				: new Snapshot(without(local.granted(), asking), asking).plus(new Snapshot(List.of(), local.queued()));
	}

	private static List<Acquisition> without(List<Acquisition> all, List<Acquisition> others) {
		return all.stream().filter((acquisition) -> !others.contains(acquisition)).toList();
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
			DistributedLock leases = this.readWriteLeases;
			List<Acquisition> granted = snapshot(limit, 0).granted();
			return (leases != null) ? without(granted, leases.members(false)) : granted;
		}
		return (known != null) ? known.members(true) : List.of();
	}

	/** Whether readers and writers have ever excluded other processes. */
	boolean hasReadWriteLeases() {
		return this.readWriteLeases != null;
	}

	/** The handles that have lost their lease, but are not closed. */
	List<DefaultLockHandle> losers(LockType type) {
		DistributedLock known = (type == LockType.DISTRIBUTED) ? this.distributedLock : this.readWriteLeases;
		return (known != null) ? known.losers() : List.of();
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
			known = withQueueOfItsOwn();
			known.queue().retire();
			this.distributedLock = known;
		}
		return true;
	}

}
