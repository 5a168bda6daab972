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
final class ManagedResource {

	private static final int STAMP_SHIFT = 20;

	private final ResourceRecorder recorder;

	private final FairLock readWriteLock;

	private volatile @Nullable DistributedLock distributedLock;

	ManagedResource(ResourceRecorder recorder, FairLock readWriteLock) {
		this.recorder = recorder;
		this.readWriteLock = readWriteLock;
	}

	String name() {
		return this.readWriteLock.resource();
	}

	ResourceRecorder recorder() {
		return this.recorder;
	}

	FairLock readWriteLock() {
		return this.readWriteLock;
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
			known = new DistributedLock(name());
			this.distributedLock = known;
		}
		return known;
	}

	/** Who holds and who waits, of all kinds of lock. */
	Snapshot snapshot() {
		Snapshot local = this.readWriteLock.snapshot();
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
		List<Acquisition> inside = new ArrayList<>(this.readWriteLock.snapshot().granted());
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
			return this.readWriteLock.holders(limit);
		}
		return (known != null) ? known.members(true) : List.of();
	}

	/** Notes a use, of whatever lock. Written once for each tick, whoever uses it. */
	void used(long nanos) {
		this.readWriteLock.stamp(toStamp(nanos));
	}

	boolean isUnusedSince(long nanos) {
		return this.readWriteLock.stamp() - toStamp(nanos) <= 0;
	}

	/** The time in units of about a millisecond, which come round after weeks. */
	private static int toStamp(long nanos) {
		return (int) (nanos >> STAMP_SHIFT);
	}

	boolean isFree() {
		DistributedLock known = this.distributedLock;
		return this.readWriteLock.isFree() && (known == null || known.queue().isFree());
	}

	/**
	 * Retires the locks for ever if all of them are free. Afterwards there is a retired
	 * lock of each kind, for requests that come too late.
	 * @return whether they are retired now
	 */
	synchronized boolean retire() {
		DistributedLock known = this.distributedLock;
		if (known != null && !known.queue().retire()) {
			return false;
		}
		if (!this.readWriteLock.retire()) {
			this.distributedLock = null;
			return false;
		}
		if (known == null) {
			known = new DistributedLock(name());
			known.queue().retire();
			this.distributedLock = known;
		}
		return true;
	}

}
