package io.github.locks.local;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.locks.LockOwner;
import io.github.locks.LockType;
import io.github.locks.local.Acquisition.State;
import org.jspecify.annotations.Nullable;

/**
 * A fair read/write lock for one resource. It belongs to {@linkplain LockOwner owners},
 * not to threads, and serves waiting threads and callbacks from one queue.
 * <p>
 * <b>Order.</b> First come, first served. Readers that stand together at the head of the
 * queue enter together; a reader behind a queued writer waits. Owners that are inside
 * already do not queue behind those who wait for them.
 * <p>
 * <b>Hand-over.</b> Whoever releases, or leaves the queue, grants the lock to those at
 * the head before it lets go of the mutex: nobody can slip in between. A waiter that
 * gives up either leaves the queue or learns that it has been granted the lock; then it
 * must release it.
 * <p>
 * <b>Callbacks</b> are told after the mutex was left, by the thread that granted. They
 * must not block.
 * <p>
 * Safe for use by several threads. The number of holds is limited by {@code int} only.
 */
public final class FairLock {

	private final String resource;

	private final ReentrantLock mutex = new ReentrantLock();

	@GuardedBy("mutex")
	private final AcquisitionList queue = new AcquisitionList();

	@GuardedBy("mutex")
	private final AcquisitionList granted = new AcquisitionList();

	@GuardedBy("mutex")
	private final Holds holds = new Holds();

	@GuardedBy("mutex")
	private long lastToken;

	/** Written under the mutex, read without. */
	private volatile boolean queued;

	/**
	 * Creates a free lock.
	 * @param resource name of the resource
	 * @param tokenFloor a number that all its fencing tokens will exceed
	 */
	public FairLock(String resource, long tokenFloor) {
		this.resource = resource;
		this.lastToken = tokenFloor;
	}

	/**
	 * Returns the name of the resource.
	 * @return the name
	 */
	public String resource() {
		return this.resource;
	}

	/**
	 * Prepares a request. It takes nothing before it is passed to {@link #acquire}.
	 * @param type the kind of lock; all but {@link LockType#READ} are exclusive
	 * @param owner for whom
	 * @param method which method asks, or {@code null} if unknown
	 * @param whenSettled who is told when the wait has ended, or {@code null} if a thread
	 * {@linkplain Acquisition#await awaits} it
	 * @return a new acquisition
	 */
	public Acquisition prepare(LockType type, LockOwner owner, @Nullable String method,
			@Nullable Consumer<Acquisition> whenSettled) {
		return new Acquisition(this, type, owner, method, whenSettled);
	}

	/**
	 * Acquires the lock, or stands in the queue for it.
	 * @param acquisition a prepared acquisition, used once
	 * @param mayQueue whether to queue if the lock is not to be had at once
	 * @return what happened
	 */
	public Outcome acquire(Acquisition acquisition, boolean mayQueue) {
		this.mutex.lock();
		try {
			Outcome outcome = arrive(acquisition);
			if (outcome == Outcome.GRANTED) {
				grant(acquisition);
			}
			else if (outcome == Outcome.QUEUED && mayQueue) {
				enqueue(acquisition);
			}
			else {
				acquisition.state(State.ENDED);
				return (outcome == Outcome.QUEUED) ? Outcome.BUSY : outcome;
			}
			return outcome;
		}
		finally {
			this.mutex.unlock();
		}
	}

	/**
	 * Leaves the queue, because of a timeout, an interrupt or a cancellation.
	 * @param acquisition an acquisition that was queued
	 * @return {@code true} if it left; {@code false} if the wait had ended before: it was
	 * granted or failed
	 */
	public boolean giveUp(Acquisition acquisition) {
		return leaveQueue(acquisition);
	}

	/**
	 * Gives the lock back, and grants it to those at the head of the queue.
	 * @param acquisition a granted acquisition
	 * @return {@code false} if it was not granted, or released before
	 */
	public boolean release(Acquisition acquisition) {
		List<Acquisition> admitted;
		this.mutex.lock();
		try {
			if (acquisition.state() != State.GRANTED) {
				return false;
			}
			acquisition.state(State.RELEASED);
			this.granted.remove(acquisition);
			this.holds.remove(acquisition);
			admitted = admitFromQueue();
		}
		finally {
			this.mutex.unlock();
		}
		admitted.forEach(Acquisition::settled);
		return true;
	}

	/**
	 * Moves a hold to another owner, without a moment in between when the lock is free.
	 * @param acquisition a granted acquisition; it is released
	 * @param owner the new owner
	 * @return the hold of the new owner, granted when the old one was
	 */
	public Acquisition handOver(Acquisition acquisition, LockOwner owner) {
		Acquisition successor = new Acquisition(this, acquisition.type(), owner, acquisition.method(), null);
		this.mutex.lock();
		try {
			if (acquisition.state() != State.GRANTED) {
				throw new IllegalStateException("Only who was granted the lock can hand it over");
			}
			acquisition.state(State.RELEASED);
			this.granted.remove(acquisition);
			this.holds.remove(acquisition);
			this.holds.add(successor, acquisition.fencingToken());
			successor.grantedLike(acquisition);
			this.granted.addLast(successor);
		}
		finally {
			this.mutex.unlock();
		}
		return successor;
	}

	/**
	 * Whether somebody waits.
	 * @return {@code true} if the queue is not empty
	 */
	public boolean hasQueue() {
		return this.queued;
	}

	/**
	 * Returns the largest fencing token given out.
	 * @return the token
	 */
	public long lastToken() {
		this.mutex.lock();
		try {
			return this.lastToken;
		}
		finally {
			this.mutex.unlock();
		}
	}

	/**
	 * Returns a copy of those who were granted the lock and of those who wait for it, as
	 * of one moment.
	 * @return granted ones, longest first; queued ones, in order
	 */
	public Snapshot snapshot() {
		this.mutex.lock();
		try {
			return new Snapshot(copy(this.granted, Integer.MAX_VALUE), copy(this.queue, Integer.MAX_VALUE));
		}
		finally {
			this.mutex.unlock();
		}
	}

	/**
	 * Returns the first of those who were granted the lock.
	 * @param limit how many at most
	 * @return a copy, longest first
	 */
	public List<Acquisition> holders(int limit) {
		this.mutex.lock();
		try {
			return copy(this.granted, limit);
		}
		finally {
			this.mutex.unlock();
		}
	}

	/**
	 * Returns how many wait.
	 * @return the length of the queue
	 */
	public int queueLength() {
		this.mutex.lock();
		try {
			return this.queue.size();
		}
		finally {
			this.mutex.unlock();
		}
	}

	/**
	 * Returns the position of an acquisition in the queue.
	 * @param acquisition a queued acquisition
	 * @return its position from 1, 0 if it is not queued
	 */
	public int positionOf(Acquisition acquisition) {
		this.mutex.lock();
		try {
			int position = 0;
			if (acquisition.isQueued()) {
				for (@Nullable
				Acquisition ahead = acquisition; ahead != null; ahead = ahead.previous) {
					position++;
				}
			}
			return position;
		}
		finally {
			this.mutex.unlock();
		}
	}

	boolean fail(Acquisition acquisition, RuntimeException failure) {
		acquisition.failure(failure);
		if (!leaveQueue(acquisition)) {
			return false;
		}
		acquisition.settled();
		return true;
	}

	/**
	 * What a queued acquisition waits for directly. Not all that blocks it: those in
	 * front of it name what blocks them, so that all edges of a queue are as many as its
	 * members.
	 */
	List<Acquisition> blockersOf(Acquisition acquisition) {
		this.mutex.lock();
		try {
			if (!acquisition.isQueued()) {
				return List.of();
			}
			List<Acquisition> ahead = acquisition.isExclusive() ? groupAhead(acquisition)
					: listOf(writerAhead(acquisition));
			return ahead.isEmpty() ? blockingHolders(acquisition) : ahead;
		}
		finally {
			this.mutex.unlock();
		}
	}

	/** Those inside that exclude a queued acquisition. */
	List<Acquisition> holdersAgainst(Acquisition acquisition) {
		this.mutex.lock();
		try {
			return acquisition.isQueued() ? blockingHolders(acquisition) : List.of();
		}
		finally {
			this.mutex.unlock();
		}
	}

	@GuardedBy("mutex")
	private Outcome arrive(Acquisition acquisition) {
		Holds.Count family = this.holds.family(acquisition.owner());
		if (acquisition.isExclusive() && family.all() > 0 && family.exclusive() == 0) {
			return Outcome.UPGRADE_REFUSED;
		}
		boolean inTurn = this.queue.isEmpty() || family.all() > 0;
		return (inTurn && isAdmissible(acquisition, family)) ? Outcome.GRANTED : Outcome.QUEUED;
	}

	/** Whether nobody inside excludes the acquisition. */
	@GuardedBy("mutex")
	private boolean isAdmissible(Acquisition acquisition, Holds.Count family) {
		Holds.Count total = this.holds.total();
		if (acquisition.isExclusive()) {
			return total.all() == family.all() && (total.all() == 0 || family.exclusive() > 0);
		}
		return total.exclusive() == family.exclusive();
	}

	@GuardedBy("mutex")
	private void enqueue(Acquisition acquisition) {
		if (this.holds.family(acquisition.owner()).all() > 0) {
			enqueueInside(acquisition);
		}
		else {
			Acquisition last = this.queue.last();
			acquisition.writerAhead = (last == null || last.isExclusive()) ? last : writerAhead(last);
			this.queue.addLast(acquisition);
		}
		acquisition.state(State.QUEUED);
		this.queued = true;
	}

	/**
	 * Puts a request of an owner whose family is inside before all those of others, and
	 * before those that wait for its family: it would wait for itself behind them.
	 */
	@GuardedBy("mutex")
	private void enqueueInside(Acquisition acquisition) {
		Acquisition last = null;
		Acquisition writer = null;
		for (Acquisition ahead = this.queue.first(); ahead != null
				&& isServedBefore(ahead, acquisition); ahead = ahead.next) {
			last = ahead;
			writer = ahead.isExclusive() ? ahead : writer;
		}
		acquisition.writerAhead = writer;
		this.queue.addAfter(last, acquisition);
		if (acquisition.isExclusive()) {
			insertWriterAhead(acquisition);
		}
	}

	@GuardedBy("mutex")
	private boolean isServedBefore(Acquisition ahead, Acquisition acquisition) {
		return this.holds.family(ahead.owner()).all() > 0
				&& blockingHolders(ahead).stream().noneMatch((holder) -> isFamily(acquisition.owner(), holder.owner()));
	}

	/** Tells those behind an inserted writer, up to the next writer, that it is ahead. */
	private static void insertWriterAhead(Acquisition writer) {
		Acquisition behind = writer.next;
		while (behind != null) {
			behind.writerAhead = writer;
			behind = behind.isExclusive() ? null : behind.next;
		}
	}

	@GuardedBy("mutex")
	private void grant(Acquisition acquisition) {
		acquisition.granted(this.holds.add(acquisition, this.lastToken + 1));
		this.granted.addLast(acquisition);
		this.lastToken = Math.max(this.lastToken, acquisition.fencingToken());
	}

	private boolean leaveQueue(Acquisition acquisition) {
		List<Acquisition> admitted;
		this.mutex.lock();
		try {
			if (!acquisition.isQueued()) {
				return false;
			}
			acquisition.state(State.ENDED);
			acquisition.writerAhead = writerAhead(acquisition);
			this.queue.remove(acquisition);
			admitted = admitFromQueue();
		}
		finally {
			this.mutex.unlock();
		}
		admitted.forEach(Acquisition::settled);
		return true;
	}

	@GuardedBy("mutex")
	private List<Acquisition> admitFromQueue() {
		List<Acquisition> admitted = List.of();
		for (Acquisition head = this.queue.first(); head != null; head = this.queue.first()) {
			if (!isAdmissible(head, this.holds.family(head.owner()))) {
				break;
			}
			this.queue.remove(head);
			head.writerAhead = null;
			grant(head);
			if (admitted.isEmpty()) {
				admitted = new ArrayList<>(1);
			}
			admitted.add(head);
		}
		this.queued = !this.queue.isEmpty();
		return admitted;
	}

	/** The nearest exclusive request ahead that still waits. Under the mutex. */
	private static @Nullable Acquisition writerAhead(Acquisition acquisition) {
		Acquisition writer = acquisition.writerAhead;
		while (writer != null && !writer.isQueued()) {
			writer = writer.writerAhead;
		}
		// Let all on the way know, so that nobody has to go the same way again.
		for (Acquisition step = acquisition; step != writer && step != null;) {
			Acquisition next = step.writerAhead;
			step.writerAhead = writer;
			step = (next != writer) ? next : null;
		}
		return writer;
	}

	/** The writer, or the group of readers, directly in front. Under the mutex. */
	private static List<Acquisition> groupAhead(Acquisition acquisition) {
		Acquisition previous = acquisition.previous;
		if (previous == null || previous.isExclusive()) {
			return listOf(previous);
		}
		List<Acquisition> group = new ArrayList<>();
		for (; previous != null && !previous.isExclusive(); previous = previous.previous) {
			group.add(previous);
		}
		return group;
	}

	@GuardedBy("mutex")
	private List<Acquisition> blockingHolders(Acquisition acquisition) {
		List<Acquisition> blocking = new ArrayList<>();
		for (Acquisition holder = this.granted.first(); holder != null; holder = holder.next) {
			boolean excludes = acquisition.isExclusive() || holder.isExclusive();
			if (excludes && !isFamily(acquisition.owner(), holder.owner())) {
				blocking.add(holder);
			}
		}
		return blocking;
	}

	private static boolean isFamily(LockOwner owner, LockOwner holder) {
		for (@Nullable
		LockOwner member = owner; member != null; member = member.parent()) {
			if (member.equals(holder)) {
				return true;
			}
		}
		return false;
	}

	private static List<Acquisition> listOf(@Nullable Acquisition acquisition) {
		return (acquisition != null) ? List.of(acquisition) : List.of();
	}

	private static List<Acquisition> copy(AcquisitionList list, int limit) {
		List<Acquisition> copy = new ArrayList<>(Math.min(list.size(), limit));
		for (Acquisition acquisition = list.first(); acquisition != null
				&& copy.size() < limit; acquisition = acquisition.next) {
			copy.add(acquisition);
		}
		return copy;
	}

	/**
	 * What happened to a request for the lock.
	 */
	public enum Outcome {

		/** The lock was granted. */
		GRANTED,

		/** The request stands in the queue. */
		QUEUED,

		/** The lock was not to be had at once, and the request was not to queue. */
		BUSY,

		/** The owner reads and asked to write, which would never end. */
		UPGRADE_REFUSED

	}

	/**
	 * Who was inside and who waited at one moment.
	 *
	 * @param granted those who were granted the lock, longest first
	 * @param queued those who waited, in order
	 */
	public record Snapshot(List<Acquisition> granted, List<Acquisition> queued) {
	}

}
