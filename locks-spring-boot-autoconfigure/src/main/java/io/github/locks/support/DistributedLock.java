package io.github.locks.support;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.locks.LockOwner;
import io.github.locks.LockType;
import io.github.locks.local.Acquisition;
import io.github.locks.local.FairLock;
import io.github.locks.local.Snapshot;
import io.github.locks.spi.Lease;
import io.github.locks.spi.ReleaseWatch;
import io.github.locks.spi.ReleaseWatches;
import org.jspecify.annotations.Nullable;

/**
 * A lock across processes, of one resource, as seen by this process: a fair queue of its
 * own owners, and the lease that one of those whom the queue has let in asks the backend
 * for. The lease lasts as long as one handle is open; others whom the queue lets in join
 * it: the same owner, and further readers. If the last handle closes before the minimum
 * hold is over, the lease lingers: an owner that nobody can be takes the place in the
 * queue.
 */
final class DistributedLock {

	private final FairLock queue;

	private final ReentrantLock mutex = new ReentrantLock();

	/**
	 * Who was granted by the queue; the handle is {@code null} as long as there is no
	 * lease.
	 */
	@GuardedBy("mutex")
	private final Map<Acquisition, @Nullable DefaultLockHandle> members = new LinkedHashMap<>();

	/** Who of the members asks the backend. */
	@GuardedBy("mutex")
	private @Nullable Acquisition asker;

	@GuardedBy("mutex")
	private @Nullable HeldLease held;

	/** A lease without holders, kept for whom the queue lets in next. */
	@GuardedBy("mutex")
	private @Nullable HeldLease kept;

	/** Until when the lease is kept at least, whoever closes it. */
	@GuardedBy("mutex")
	private long keptUntilNanos;

	/** What is left of a lease without holders. */
	@GuardedBy("mutex")
	private @Nullable Lingering lingering;

	/** Members who wait for those who ask or hold. */
	private final ReleaseWatches waiting = new ReleaseWatches();

	/**
	 * Creates the lock.
	 * @param queue the queue of this process; to be granted it is to be one of those who
	 * may ask the backend
	 */
	DistributedLock(FairLock queue) {
		this.queue = queue;
	}

	FairLock queue() {
		return this.queue;
	}

	/**
	 * Becomes a member, and joins the lease if there is one.
	 * @param mayShare whether a reader may join a lease that others have
	 */
	Entry join(Acquisition acquisition, Predicate<HeldLease> mayShare,
			Function<HeldLease, DefaultLockHandle> toHandle) {
		this.mutex.lock();
		try {
			HeldLease current = this.held;
			if (current != null && canJoin(acquisition, current, mayShare)) {
				DefaultLockHandle handle = toHandle.apply(current);
				this.members.put(acquisition, handle);
				return new Entry(handle, false, null, false);
			}
			this.members.put(acquisition, null);
			if (current != null || (this.asker != null && this.asker != acquisition)) {
				return new Entry(null, false, null, false);
			}
			this.asker = acquisition;
			HeldLease left = this.kept;
			this.kept = null;
			return new Entry(null, true, left, this.lingering != null);
		}
		finally {
			this.mutex.unlock();
		}
	}

	@GuardedBy("mutex")
	private boolean canJoin(Acquisition acquisition, HeldLease current, Predicate<HeldLease> mayShare) {
		if (current.validity().isOver()) {
			return false;
		}
		if (acquisition.type().isExclusive()) {
			return current.type().isExclusive();
		}
		return isInside(acquisition.owner()) || mayShare.test(current);
	}

	/** Takes the lease that the backend has granted. */
	DefaultLockHandle begin(Acquisition acquisition, HeldLease granted,
			Function<HeldLease, DefaultLockHandle> toHandle) {
		this.mutex.lock();
		try {
			DefaultLockHandle handle = toHandle.apply(granted);
			this.held = granted;
			this.asker = null;
			this.keptUntilNanos = acquisition.grantedNanos();
			this.members.put(acquisition, handle);
			return handle;
		}
		finally {
			this.mutex.unlock();
			tellMembers();
		}
	}

	/**
	 * Has a member told when it may be worth while to ask again.
	 * @param backend begins the watch of the backend
	 */
	MemberWatch watch(Acquisition acquisition, Supplier<ReleaseWatch> backend, Runnable wakeUp) {
		return new MemberWatch(this.waiting.add(this.queue.resource(), wakeUp), () -> asks(acquisition), backend);
	}

	/** Whether a member is the one that asks the backend. */
	boolean asks(Acquisition acquisition) {
		this.mutex.lock();
		try {
			return this.asker == acquisition;
		}
		finally {
			this.mutex.unlock();
		}
	}

	/** Has the members without a lease ask again. */
	void tellMembers() {
		if (!this.waiting.isEmpty()) {
			this.waiting.tell(this.queue.resource());
		}
	}

	/**
	 * Takes a member out. The others are to be told when what is left is done.
	 * @param whenOver what to do at the end of a minimum hold that is not over yet;
	 * {@code null} if none is to be kept
	 * @param mayKeep whether a lease without holders may be kept for others who wait
	 * @return what is left if its last holder left
	 */
	Departure leave(Acquisition acquisition, @Nullable Runnable whenOver, Predicate<HeldLease> mayKeep) {
		this.mutex.lock();
		try {
			DefaultLockHandle handle = this.members.remove(acquisition);
			if (this.asker == acquisition) {
				this.asker = null;
			}
			HeldLease last = this.held;
			if (handle == null || handle.wasLost() || last == null) {
				return Departure.NOTHING;
			}
			long until = acquisition.grantedNanos() + handle.minimumHoldNanos();
			if (until - this.keptUntilNanos > 0) {
				this.keptUntilNanos = until;
			}
			return hasHolders((holder) -> true) ? whileHeld(last) : whenFree(last, acquisition, whenOver, mayKeep);
		}
		finally {
			this.mutex.unlock();
		}
	}

	/** A writer that goes, but goes on reading, lets other readers in. */
	@GuardedBy("mutex")
	private Departure whileHeld(HeldLease last) {
		boolean downgrade = last.type() == LockType.WRITE && !hasHolders((holder) -> holder.type().isExclusive());
		return downgrade ? new Departure(null, last, null) : Departure.NOTHING;
	}

	@GuardedBy("mutex")
	private Departure whenFree(HeldLease last, Acquisition acquisition, @Nullable Runnable whenOver,
			Predicate<HeldLease> mayKeep) {
		// Most have no minimum hold: their time is over when they enter.
		if (whenOver != null && this.keptUntilNanos - acquisition.grantedNanos() > 0
				&& this.keptUntilNanos - System.nanoTime() > 0) {
			this.lingering = new Lingering(last.lease(), standInFor(acquisition), this.keptUntilNanos, whenOver);
			this.held = null;
			return new Departure(null, null, this.lingering);
		}
		boolean keep = mayKeep.test(last);
		this.held = null;
		if (keep) {
			this.kept = last;
			return Departure.NOTHING;
		}
		return new Departure(last.lease(), null, null);
	}

	private Acquisition standInFor(Acquisition acquisition) {
		return this.queue.handOver(acquisition, LockOwner.create(acquisition.owner().name() + " (minimum hold)"));
	}

	/**
	 * Takes a lease that was kept, if the queue has let nobody in who could take it.
	 */
	Optional<Lease> takeUnwanted() {
		this.mutex.lock();
		try {
			HeldLease left = this.kept;
			if (left == null || !this.queue.isFree()) {
				return Optional.empty();
			}
			this.kept = null;
			return Optional.of(left.lease());
		}
		finally {
			this.mutex.unlock();
		}
	}

	/**
	 * Puts a lease in the place of another one.
	 * @return {@code false} if that is not held any more
	 */
	boolean replace(HeldLease old, HeldLease successor) {
		this.mutex.lock();
		try {
			if (this.held != old) {
				return false;
			}
			this.held = successor;
			return true;
		}
		finally {
			this.mutex.unlock();
			tellMembers();
		}
	}

	/** What lingers of a lease, or of any lease if that is {@code null}. */
	Optional<Lingering> lingering(@Nullable Lease of) {
		this.mutex.lock();
		try {
			return Optional.ofNullable(this.lingering).filter((found) -> of == null || found.lease() == of);
		}
		finally {
			this.mutex.unlock();
		}
	}

	/** Returns whether this call ended it. */
	boolean end(Lingering ended) {
		this.mutex.lock();
		try {
			if (this.lingering != ended) {
				return false;
			}
			this.lingering = null;
			return true;
		}
		finally {
			this.mutex.unlock();
		}
	}

	/**
	 * Gives a lease up for lost, for a reason that people can read.
	 * @return the handles that it stood for, marked as lost
	 */
	List<DefaultLockHandle> lose(Lease lost, String reason) {
		List<DefaultLockHandle> losers = new ArrayList<>();
		this.mutex.lock();
		try {
			if (this.kept != null && this.kept.lease() == lost) {
				this.kept = null;
			}
			if (this.held == null || this.held.lease() != lost) {
				return losers;
			}
			this.held = null;
			for (DefaultLockHandle handle : this.members.values()) {
				if (handle != null && handle.markLost(reason)) {
					losers.add(handle);
				}
			}
			return losers;
		}
		finally {
			this.mutex.unlock();
			tellMembers();
		}
	}

	/** Who holds the lease, and who waits: for the backend first, then in the queue. */
	Snapshot snapshot() {
		List<Acquisition> waiting = members(false);
		waiting.addAll(this.queue.snapshot().queued());
		return new Snapshot(members(true), waiting);
	}

	/** Those who hold the lease, or those who want one. */
	List<Acquisition> members(boolean holding) {
		List<Acquisition> found = new ArrayList<>();
		this.mutex.lock();
		try {
			this.members.forEach((acquisition, handle) -> {
				if (holding ? handle != null && handle.isHeld() : handle == null) {
					found.add(acquisition);
				}
			});
			if (holding && this.lingering != null) {
				found.add(this.lingering.standIn());
			}
		}
		finally {
			this.mutex.unlock();
		}
		return found;
	}

	/** Who was granted by the queue, whatever became of the lease. */
	List<Acquisition> inside() {
		this.mutex.lock();
		try {
			return List.copyOf(this.members.keySet());
		}
		finally {
			this.mutex.unlock();
		}
	}

	/** The handles whose lock is lost, but which keep the queue until they are closed. */
	List<DefaultLockHandle> losers() {
		this.mutex.lock();
		try {
			return this.members.values()
				.stream()
				.filter((handle) -> handle != null && handle.isLost())
				.map(Objects::requireNonNull)
				.toList();
		}
		finally {
			this.mutex.unlock();
		}
	}

	/** Whether an owner holds the lease, or one whose holds it may enter. */
	@GuardedBy("mutex")
	private boolean isInside(LockOwner owner) {
		for (@Nullable
		LockOwner member = owner; member != null; member = member.parent()) {
			LockOwner wanted = member;
			if (hasHolders((holder) -> holder.owner().equals(wanted))) {
				return true;
			}
		}
		return false;
	}

	@GuardedBy("mutex")
	private boolean hasHolders(Predicate<Acquisition> which) {
		for (Map.Entry<Acquisition, @Nullable DefaultLockHandle> member : this.members.entrySet()) {
			DefaultLockHandle handle = member.getValue();
			if (handle != null && !handle.isLost() && which.test(member.getKey())) {
				return true;
			}
		}
		return false;
	}

	/**
	 * How a member begins.
	 *
	 * @param handle what it has got by joining the lease, or {@code null}
	 * @param isAsker whether it is the one to ask the backend
	 * @param kept a lease that was kept for it, or {@code null}
	 * @param lingers whether an earlier lease lasts, which no other can then be granted
	 */
	record Entry(@Nullable DefaultLockHandle handle, boolean isAsker, @Nullable HeldLease kept, boolean lingers) {
	}

	/**
	 * What is left when a member has gone.
	 *
	 * @param released the lease to be given back, or {@code null} if there is none
	 * @param downgraded the lease of a writer that is needed for readers only, or
	 * {@code null}
	 * @param lingering what is kept of the lease, or {@code null} if nothing is
	 */
	record Departure(@Nullable Lease released, @Nullable HeldLease downgraded, @Nullable Lingering lingering) {

		static final Departure NOTHING = new Departure(null, null, null);

	}

}
