package io.github.locks.support;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.locks.LockOwner;
import io.github.locks.local.Acquisition;
import io.github.locks.local.FairLock;
import io.github.locks.local.Snapshot;
import io.github.locks.spi.Lease;
import org.jspecify.annotations.Nullable;

/**
 * The distributed lock of one resource, as seen by this process: a fair queue of its own
 * owners, and the lease that the owner at the head of the queue asks the backend for. The
 * lease lasts as long as one handle is open; nested acquisitions of the same owner join
 * it. If the last handle closes before the minimum hold is over, the lease lingers: an
 * owner that nobody can be takes the place in the queue.
 */
final class DistributedLock {

	private final FairLock queue;

	private final ReentrantLock mutex = new ReentrantLock();

	/**
	 * Who was granted by the queue; the handle is {@code null} while the backend is
	 * asked.
	 */
	@GuardedBy("mutex")
	private final Map<Acquisition, @Nullable DefaultLockHandle> members = new LinkedHashMap<>();

	@GuardedBy("mutex")
	private @Nullable Lease lease;

	/** Until when the lease is kept at least, whoever closes it. */
	@GuardedBy("mutex")
	private long keptUntilNanos;

	/** What is left of a lease without holders. */
	@GuardedBy("mutex")
	private @Nullable Lingering lingering;

	DistributedLock(String resource) {
		this.queue = new FairLock(resource, 0, 0);
	}

	/**
	 * The queue of this process. To be granted it is to be the one who asks the backend.
	 */
	FairLock queue() {
		return this.queue;
	}

	/**
	 * Joins the lease, if the owner has one already.
	 * @return the handle, or {@code null} if the backend must be asked
	 */
	@Nullable DefaultLockHandle join(Acquisition acquisition, Function<Lease, DefaultLockHandle> toHandle) {
		this.mutex.lock();
		try {
			Lease current = this.lease;
			DefaultLockHandle handle = (current != null) ? toHandle.apply(current) : null;
			this.members.put(acquisition, handle);
			return handle;
		}
		finally {
			this.mutex.unlock();
		}
	}

	/** Takes the lease that the backend has granted. */
	DefaultLockHandle begin(Acquisition acquisition, Lease granted, Function<Lease, DefaultLockHandle> toHandle) {
		this.mutex.lock();
		try {
			DefaultLockHandle handle = toHandle.apply(granted);
			this.lease = granted;
			this.keptUntilNanos = System.nanoTime();
			this.members.put(acquisition, handle);
			return handle;
		}
		finally {
			this.mutex.unlock();
		}
	}

	/**
	 * Takes a member out.
	 * @param whenOver what to do at the end of a minimum hold that is not over yet;
	 * {@code null} if none is to be kept
	 * @return what is left if its last holder left
	 */
	Departure leave(Acquisition acquisition, @Nullable Runnable whenOver) {
		this.mutex.lock();
		try {
			DefaultLockHandle handle = this.members.remove(acquisition);
			if (handle == null || handle.isLost()) {
				return Departure.NOTHING;
			}
			long until = acquisition.grantedNanos() + handle.minimumHoldNanos();
			if (until - this.keptUntilNanos > 0) {
				this.keptUntilNanos = until;
			}
			Lease last = this.lease;
			if (last == null || hasHolders()) {
				return Departure.NOTHING;
			}
			this.lease = null;
			if (whenOver == null || this.keptUntilNanos - System.nanoTime() <= 0) {
				return new Departure(last, null);
			}
			this.lingering = new Lingering(last, standInFor(acquisition), this.keptUntilNanos, whenOver);
			return new Departure(null, this.lingering);
		}
		finally {
			this.mutex.unlock();
		}
	}

	private Acquisition standInFor(Acquisition acquisition) {
		return this.queue.handOver(acquisition, LockOwner.create(acquisition.owner().name() + " (minimum hold)"));
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
		this.mutex.lock();
		try {
			if (this.lease != lost) {
				return List.of();
			}
			this.lease = null;
			List<DefaultLockHandle> losers = new ArrayList<>();
			for (DefaultLockHandle handle : this.members.values()) {
				if (handle != null && handle.markLost(reason)) {
					losers.add(handle);
				}
			}
			return losers;
		}
		finally {
			this.mutex.unlock();
		}
	}

	/** Who holds the lease, and who waits: for the backend first, then in the queue. */
	Snapshot snapshot() {
		List<Acquisition> waiting = members(false);
		waiting.addAll(this.queue.snapshot().queued());
		return new Snapshot(members(true), waiting);
	}

	/** Those who hold the lease, or those who ask the backend for it. */
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

	@GuardedBy("mutex")
	private boolean hasHolders() {
		return this.members.values().stream().anyMatch((handle) -> handle != null && !handle.isLost());
	}

	/**
	 * What is left when a member has gone.
	 *
	 * @param released the lease to be given back, or {@code null} if there is none
	 * @param lingering what is kept of the lease, or {@code null} if nothing is
	 */
	record Departure(@Nullable Lease released, @Nullable Lingering lingering) {

		static final Departure NOTHING = new Departure(null, null);

	}

}
