package io.github.locks.local;

import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

import io.github.locks.local.Acquisition.State;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link FairLock} becomes as soon as its word cannot tell all: the queue of those
 * who wait, and the list of those who were granted the lock. It is itself the mutex that
 * guards both; all methods are called by {@code FairLock}, with the mutex held, but for
 * those of the mutex itself.
 */
final class Monitor extends SpinMutex {

	/** After so many calm grants to several readers they get slots. */
	private static final int CALM_READS = 16;

	private static final int SPINS = (Runtime.getRuntime().availableProcessors() > 1) ? 20 : 0;

	private final AcquisitionList queue = new AcquisitionList();

	private final AcquisitionList granted = new AcquisitionList();

	private final Holds holds = new Holds();

	private final FairLock lock;

	private final int overtakingNanos;

	/** Made when they are needed first, then kept. */
	private @Nullable ReaderSlots slots;

	private int formerSlots;

	private int calmReads;

	Monitor(FairLock lock, int overtakingNanos) {
		this.lock = lock;
		this.overtakingNanos = overtakingNanos;
	}

	boolean isEmpty() {
		return this.granted.isEmpty() && this.queue.isEmpty();
	}

	/**
	 * Waits for a moment, without the mutex, if somebody is inside. For who may overtake:
	 * to stand in the queue and be woken takes longer than most holds.
	 */
	void spinWhileHeld() {
		for (int spins = 0; !this.granted.isEmpty() && spins < SPINS; spins++) {
			Thread.onSpinWait();
			VarHandle.acquireFence();
		}
	}

	AcquisitionList queue() {
		return this.queue;
	}

	/**
	 * Who is inside, whether listed here or in a slot, longest first.
	 */
	List<Acquisition> granted(boolean alsoInSlots, int limit) {
		List<Acquisition> inside = this.granted.copy(limit);
		if (alsoInSlots) {
			long now = System.nanoTime();
			inside.addAll(slots().readers());
			inside.sort(Comparator.comparingLong((reader) -> reader.grantedNanos() - now));
		}
		return (inside.size() > limit) ? inside.subList(0, limit) : inside;
	}

	/**
	 * Whether the readers are to get slots: after a while with several of them and no
	 * writer. Not before the last one that was in a slot has left: it may still use what
	 * belongs to the slot.
	 */
	boolean isTimeForSlots() {
		Holds.Count inside = this.holds.total();
		boolean calm = this.queue.isEmpty() && inside.exclusive() == 0 && inside.shared() > 1;
		this.calmReads += calm ? 1 : 0;
		return calm && this.calmReads >= CALM_READS && this.formerSlots == 0;
	}

	/** Begins to wait for the time when readers are to get slots. */
	void startCountingReads() {
		this.calmReads = 0;
	}

	/** The slots, made when they are needed first. Needed first under the mutex. */
	ReaderSlots slots() {
		ReaderSlots known = this.slots;
		if (known == null) {
			known = new ReaderSlots();
			this.slots = known;
		}
		return known;
	}

	/** Takes over a hold that was granted without the mutex. */
	void adopt(Acquisition acquisition) {
		// First what cannot fail: whoever is in the list keeps others out.
		this.granted.addLast(acquisition);
		acquisition.markAdopted();
		this.formerSlots += (acquisition.slot() >= 0) ? 1 : 0;
		this.holds.add(acquisition);
	}

	/** Takes a hold away, to be kept elsewhere. */
	void disown(Acquisition acquisition) {
		acquisition.disowned();
		this.formerSlots -= (acquisition.slot() >= 0) ? 1 : 0;
		this.holds.remove(acquisition);
		this.granted.remove(acquisition);
	}

	/**
	 * Grants the lock, or enqueues the request.
	 * @param mayQueue whether to queue if the lock is not to be had at once
	 * @param nanos the time to be noted for a grant
	 */
	Outcome arrive(Acquisition acquisition, boolean mayQueue, long nanos) {
		Holds.Count family = this.holds.family(acquisition.owner());
		if (acquisition.isExclusive() && family.all() > 0 && family.exclusive() == 0) {
			acquisition.state(State.ENDED);
			return Outcome.UPGRADE_REFUSED;
		}
		boolean inTurn = this.queue.isEmpty() || family.all() > 0 || mayOvertake(nanos);
		if (inTurn && isAdmissible(acquisition, family)) {
			grant(acquisition, nanos);
			return Outcome.GRANTED;
		}
		if (!mayQueue) {
			acquisition.state(State.ENDED);
			return Outcome.BUSY;
		}
		enqueue(acquisition);
		return Outcome.QUEUED;
	}

	/**
	 * Whether who comes now may go before the head of the queue: as long as the lock is
	 * free for both until the head insists, and beside those inside for a while.
	 */
	private boolean mayOvertake(long nanos) {
		Acquisition head = this.queue.first();
		return this.overtakingNanos > 0 && head != null && head.isAwaited() && !head.insists()
				&& (this.holds.total().all() == 0 || nanos - head.requestedNanos() < this.overtakingNanos);
	}

	/** Whether nobody inside excludes the acquisition. */
	private boolean isAdmissible(Acquisition acquisition, Holds.Count family) {
		Holds.Count total = this.holds.total();
		if (acquisition.isExclusive()) {
			return total.all() == family.all() && (total.all() == 0 || family.exclusive() > 0);
		}
		return total.exclusive() == family.exclusive();
	}

	private void grant(Acquisition acquisition, long nanos) {
		Acquisition outer = this.holds.add(acquisition);
		this.granted.addLast(acquisition);
		acquisition.granted(nanos, outer);
		if (outer == null) {
			this.lock.giveToken(acquisition);
		}
	}

	private void enqueue(Acquisition acquisition) {
		if (this.holds.family(acquisition.owner()).all() > 0) {
			enqueueInside(acquisition);
		}
		else {
			Acquisition last = this.queue.last();
			acquisition.writerAhead((last == null || last.isExclusive()) ? last : writerAhead(last));
			this.queue.addLast(acquisition);
		}
		acquisition.queued(this.queue.first() == acquisition);
	}

	/**
	 * Puts a request of an owner whose family is inside before all those of others, and
	 * before those that wait for its family: it would wait for itself behind them.
	 */
	private void enqueueInside(Acquisition acquisition) {
		Acquisition last = null;
		Acquisition writer = null;
		for (Acquisition ahead = this.queue.first(); ahead != null
				&& isServedBefore(ahead, acquisition); ahead = ahead.next) {
			last = ahead;
			writer = ahead.isExclusive() ? ahead : writer;
		}
		acquisition.writerAhead(writer);
		this.queue.addAfter(last, acquisition);
		if (acquisition.isExclusive()) {
			insertWriterAhead(acquisition);
		}
	}

	private boolean isServedBefore(Acquisition ahead, Acquisition acquisition) {
		return this.holds.family(ahead.owner()).all() > 0 && blockingHolders(ahead).stream()
			.noneMatch((holder) -> Holds.isFamily(acquisition.owner(), holder.owner()));
	}

	/** Tells those behind an inserted writer, up to the next writer, that it is ahead. */
	private static void insertWriterAhead(Acquisition writer) {
		Acquisition behind = writer.next;
		while (behind != null) {
			behind.writerAhead(writer);
			behind = behind.isExclusive() ? null : behind.next;
		}
	}

	/**
	 * Gives a hold back, and grants the lock to those at the head of the queue.
	 * @return who was admitted and must be told; empty if the acquisition was not
	 * granted, or given back before
	 */
	Optional<List<Acquisition>> release(Acquisition acquisition, long nanos) {
		if (!acquisition.isAdopted()) {
			return Optional.empty();
		}
		disown(acquisition);
		acquisition.state(State.RELEASED);
		return Optional.of(admit(nanos));
	}

	/**
	 * Moves a hold to another acquisition, without a moment in between.
	 * @return {@code false} if there is no such hold
	 */
	boolean handOver(Acquisition acquisition, Acquisition successor) {
		if (!acquisition.isAdopted()) {
			return false;
		}
		disown(acquisition);
		acquisition.state(State.RELEASED);
		this.holds.add(successor);
		successor.grantedLike(acquisition);
		this.granted.addLast(successor);
		return true;
	}

	/**
	 * Takes a request out of the queue, and grants the lock to those whom it kept out.
	 * @return who was admitted and must be told; empty if the request was not in the
	 * queue any more
	 */
	Optional<List<Acquisition>> leaveQueue(Acquisition acquisition, long nanos) {
		if (!acquisition.isQueued()) {
			return Optional.empty();
		}
		acquisition.state(State.ENDED);
		acquisition.writerAhead(writerAhead(acquisition));
		this.queue.remove(acquisition);
		return Optional.of(admit(nanos));
	}

	private List<Acquisition> admit(long nanos) {
		List<Acquisition> admitted = List.of();
		for (Acquisition head = this.queue.first(); head != null; head = this.queue.first()) {
			if (head.isCalled() || !isAdmissible(head, this.holds.family(head.owner()))) {
				break;
			}
			if (admitted.isEmpty()) {
				admitted = new ArrayList<>(1);
			}
			admitted.add(head);
			if (mayOvertake(nanos)) {
				head.called(true);
				break;
			}
			this.queue.remove(head);
			head.writerAhead(null);
			grant(head, nanos);
		}
		return admitted;
	}

	/**
	 * Grants the lock to a queued acquisition that was called to come and take it, unless
	 * somebody has overtaken it: then it insists if it has waited for too long.
	 * @return who was admitted and must be told; empty if nobody was
	 */
	Optional<List<Acquisition>> take(Acquisition called, long nanos) {
		called.called(false);
		if (!called.isQueued() || this.queue.first() != called) {
			return Optional.empty();
		}
		if (!isAdmissible(called, this.holds.family(called.owner()))) {
			if (nanos - called.requestedNanos() >= this.overtakingNanos) {
				called.insist();
			}
			return Optional.empty();
		}
		this.queue.remove(called);
		called.writerAhead(null);
		grant(called, nanos);
		return Optional.of(admit(nanos));
	}

	/** The hold that was entered with a token; its relatives may have the same. */
	Optional<Acquisition> findEntered(long token) {
		for (Acquisition holder = this.granted.first(); holder != null; holder = holder.next) {
			if (holder.isEntered() && holder.token() == token) {
				return Optional.of(holder);
			}
		}
		return Optional.empty();
	}

	/** A hold of the same family that has a number already. */
	@Nullable Acquisition numberedRelativeOf(Acquisition reader) {
		for (Acquisition holder = this.granted.first(); holder != null; holder = holder.next) {
			if (holder.token() > 0 && (Holds.isFamily(reader.owner(), holder.owner())
					|| Holds.isFamily(holder.owner(), reader.owner()))) {
				return holder;
			}
		}
		return null;
	}

	/** The position in the queue from 1, 0 if it is not queued. */
	int positionOf(Acquisition acquisition) {
		int position = 0;
		if (acquisition.isQueued()) {
			for (@Nullable
			Acquisition ahead = acquisition; ahead != null; ahead = ahead.previous) {
				position++;
			}
		}
		return position;
	}

	/**
	 * What a queued acquisition waits for: those inside that exclude it and, as a writer
	 * is excluded by all whom those in front of it wait for, only for a reader the writer
	 * in front. So the number of edges does not grow with the length of the queue.
	 */
	List<Acquisition> blockers(Acquisition acquisition) {
		List<Acquisition> blockers = blockingHolders(acquisition);
		Acquisition writer = acquisition.isExclusive() ? null : writerAhead(acquisition);
		if (writer != null && acquisition.isQueued()) {
			blockers.add(writer);
		}
		return blockers;
	}

	/** Those inside that exclude a queued acquisition. */
	List<Acquisition> blockingHolders(Acquisition acquisition) {
		List<Acquisition> blocking = new ArrayList<>();
		if (acquisition.isQueued()) {
			for (Acquisition holder = this.granted.first(); holder != null; holder = holder.next) {
				boolean excludes = acquisition.isExclusive() || holder.isExclusive();
				if (excludes && !Holds.isFamily(acquisition.owner(), holder.owner())) {
					blocking.add(holder);
				}
			}
		}
		return blocking;
	}

	/** The nearest exclusive request ahead that still waits. */
	private static @Nullable Acquisition writerAhead(Acquisition acquisition) {
		Acquisition writer = acquisition.writerAhead();
		while (writer != null && !writer.isQueued()) {
			writer = writer.writerAhead();
		}
		// Let all on the way know, so that nobody has to go the same way again.
		for (Acquisition step = acquisition; step != writer && step != null;) {
			Acquisition next = step.writerAhead();
			step.writerAhead(writer);
			step = (next != writer) ? next : null;
		}
		return writer;
	}

}
