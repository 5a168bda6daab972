package io.github.locks.local;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

import io.github.locks.LockOwner;
import io.github.locks.LockType;
import org.jspecify.annotations.Nullable;

/**
 * A fair read/write lock for one resource. It belongs to {@linkplain LockOwner owners},
 * not to threads, and serves waiting threads and callbacks from one queue.
 * <p>
 * <b>Order.</b> First come, first served; with a bound for overtaking, who comes while
 * the lock is free may go before a thread that has waited for less than that, and has
 * still to be scheduled. Readers that stand together at the head of the queue enter
 * together; a reader behind a queued writer waits. Owners that are inside already do not
 * queue behind those who wait for them.
 * <p>
 * <b>Hand-over.</b> Whoever releases, or leaves the queue, grants the lock to those at
 * the head before it lets go of the mutex: nobody can slip in between. A waiter that
 * gives up either leaves the queue or learns that it has been granted the lock; then it
 * must release it.
 * <p>
 * <b>The word.</b> One reference tells the state, and who holds the lock:
 *
 * <pre>
 *   null            free
 *   an Acquisition  held by it alone, nobody waits
 *   ReaderSlots     held by readers in the slots or listed in the monitor, nobody waits
 *   a Monitor       whatever the monitor says, under its mutex
 *   RETIRED         never to be used again
 * </pre>
 *
 * The word leaves {@code null} by compare-and-set only, and comes back to it by the one
 * holder's compare-and-set, or under the mutex when the monitor is empty. See
 * {@code docs/concurrency.md}.
 * <p>
 * <b>Callbacks</b> are told after the mutex was left, by the thread that granted. They
 * must not block.
 * <p>
 * Safe for use by several threads. The number of holds is limited by {@code int} only.
 */
public final class FairLock {

	private static final Object RETIRED = new Object();

	private static final VarHandle WORD;

	private static final VarHandle MONITOR;

	static {
		try {
			WORD = MethodHandles.lookup().findVarHandle(FairLock.class, "word", Object.class);
			MONITOR = MethodHandles.lookup().findVarHandle(FairLock.class, "monitor", Monitor.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final String resource;

	private final int overtakingNanos;

	private int stamp;

	private volatile @Nullable Object word;

	/** Made when it is needed first, then kept. */
	private volatile @Nullable Monitor monitor;

	/** Written by who excludes all others, or under the mutex if nobody does. */
	private long lastToken;

	/**
	 * Creates a free lock.
	 * @param resource name of the resource
	 * @param tokenFloor a number that all its fencing tokens will exceed
	 */
	public FairLock(String resource, long tokenFloor) {
		this(resource, tokenFloor, 0);
	}

	/**
	 * Creates a free lock that may be overtaken.
	 * @param resource name of the resource
	 * @param tokenFloor a number that all its fencing tokens will exceed
	 * @param overtakingNanos for how long a waiting thread may be overtaken; 0: never
	 */
	public FairLock(String resource, long tokenFloor, int overtakingNanos) {
		this.resource = resource;
		this.overtakingNanos = overtakingNanos;
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
	 * Prepares a request. It takes nothing before it is passed to {@link #tryEnter} or
	 * {@link #acquire}.
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
	 * Acquires the lock if that takes no more than a look at the word: it is free, or
	 * readers share it.
	 * @param acquisition a prepared acquisition
	 * @param nanos what to note as the time of the grant, a value of
	 * {@link System#nanoTime()}
	 * @return {@code false} if only {@link #acquire} can tell
	 */
	public boolean tryEnter(Acquisition acquisition, long nanos) {
		Object current = this.word;
		if (current == null) {
			acquisition.entering(nanos);
			if (WORD.compareAndSet(this, null, acquisition)) {
				giveToken(acquisition);
				return true;
			}
			acquisition.notEntered();
		}
		return current instanceof ReaderSlots shared && !acquisition.isExclusive()
				&& tryShare(shared, acquisition, nanos);
	}

	/**
	 * The reader is in its slot first, and looks at the word again then; who revokes the
	 * slots changes the word first, and looks into them then. So one of both sees the
	 * other. Only who is inside knows which writers came before.
	 */
	private boolean tryShare(ReaderSlots shared, Acquisition reader, long nanos) {
		reader.entering(nanos);
		if (shared.enter(reader) && (this.word == shared || !shared.leave(reader))) {
			giveToken(reader);
			return true;
		}
		reader.notEntered();
		return false;
	}

	/**
	 * Acquires the lock, or stands in the queue for it.
	 * @param acquisition a prepared acquisition, used once
	 * @param mayQueue whether to queue if the lock is not to be had at once
	 * @return what happened
	 */
	public Outcome acquire(Acquisition acquisition, boolean mayQueue) {
		long nanos = System.nanoTime();
		acquisition.requested(nanos);
		return inMonitor(Outcome.RETIRED, (entered) -> {
			if (acquisition.isExclusive()) {
				revokeSlots(entered);
			}
			Outcome outcome = entered.arrive(acquisition, mayQueue, nanos);
			if (outcome == Outcome.GRANTED && !acquisition.isExclusive()) {
				offerSlots(entered);
			}
			return outcome;
		});
	}

	/**
	 * Leaves the queue, because of a timeout, an interrupt or a cancellation.
	 * @param acquisition an acquisition that was queued
	 * @return {@code true} if it left; {@code false} if the wait had ended before: it was
	 * granted or failed
	 */
	public boolean giveUp(Acquisition acquisition) {
		return acquisition.isQueued()
				&& tell(inMonitor(Optional.empty(), (entered) -> entered.leaveQueue(acquisition, System.nanoTime())));
	}

	/**
	 * Gives the lock back as of now.
	 * @param acquisition a granted acquisition
	 * @return {@code false} if it was not granted, or released before
	 */
	public boolean release(Acquisition acquisition) {
		return release(acquisition, System.nanoTime()) != Release.NONE;
	}

	/**
	 * Gives the lock back, and grants it to those at the head of the queue.
	 * @param acquisition a granted acquisition
	 * @param nanos what to note as the time of the release, a value of
	 * {@link System#nanoTime()}
	 * @return what happened
	 */
	public Release release(Acquisition acquisition, long nanos) {
		if (!acquisition.isGranted()) {
			return Release.NONE;
		}
		acquisition.leaving(nanos);
		if (tryLeave(acquisition)) {
			return Release.DIRECT;
		}
		Object current = this.word;
		if (current instanceof Monitor || current instanceof ReaderSlots) {
			return releaseInMonitor(acquisition);
		}
		return Release.NONE;
	}

	private boolean tryLeave(Acquisition acquisition) {
		boolean left = (acquisition.slot() >= 0) ? monitor().slots().leave(acquisition)
				: WORD.compareAndSet(this, acquisition, null);
		if (left) {
			acquisition.left();
		}
		return left;
	}

	private Release releaseInMonitor(Acquisition acquisition) {
		long nanos = System.nanoTime();
		boolean released = tell(inMonitor(Optional.empty(), (entered) -> entered.release(acquisition, nanos)));
		return released ? Release.BY_MONITOR : Release.NONE;
	}

	/** Tells those who were admitted, if anything was done at all. */
	private static boolean tell(Optional<List<Acquisition>> admitted) {
		admitted.ifPresent((granted) -> granted.forEach(Acquisition::settled));
		return admitted.isPresent();
	}

	/**
	 * Moves a hold to another owner, without a moment in between when the lock is free.
	 * @param acquisition a granted acquisition; it is released
	 * @param owner the new owner
	 * @return the hold of the new owner, granted when the old one was
	 */
	public Acquisition handOver(Acquisition acquisition, LockOwner owner) {
		Acquisition successor = new Acquisition(this, acquisition.type(), owner, acquisition.method(), null);
		boolean handedOver = inMonitor(false, (entered) -> {
			revokeSlots(entered);
			return entered.handOver(acquisition, successor);
		});
		if (!handedOver) {
			throw new IllegalStateException("Only who was granted the lock can hand it over");
		}
		return successor;
	}

	/**
	 * Retires the lock if nobody holds it and nobody waits. From then on it answers
	 * {@link Outcome#RETIRED}.
	 * @return whether it is retired now
	 */
	public boolean retire() {
		return inMonitor(true, (entered) -> {
			revokeSlots(entered);
			if (entered.isEmpty()) {
				this.word = RETIRED;
			}
			return entered.isEmpty();
		});
	}

	/**
	 * Writes a number down that means something to who keeps the lock, unless it is there
	 * already. The lock has room for it, where an object of its own would need twice as
	 * much.
	 * @param number the number
	 */
	public void stamp(int number) {
		if (this.stamp != number) {
			this.stamp = number;
		}
	}

	/**
	 * Returns the number that was written down last, or some time ago.
	 * @return the number
	 */
	public int stamp() {
		return this.stamp;
	}

	/**
	 * Whether nobody holds the lock and nobody waits.
	 * @return {@code true} if it is free
	 */
	public boolean isFree() {
		Object current = this.word;
		if (current instanceof ReaderSlots shared && !shared.readers().isEmpty()) {
			return false;
		}
		return !(current instanceof Acquisition) && look(true, Monitor::isEmpty);
	}

	/**
	 * Returns the largest fencing token given out by a lock that was
	 * {@linkplain #retire() retired}.
	 * @return the token
	 */
	public long lastToken() {
		return this.lastToken;
	}

	/**
	 * Returns a copy of those who were granted the lock and of those who wait for it, as
	 * of one moment.
	 * @return granted ones, longest first; queued ones, in order
	 */
	public Snapshot snapshot() {
		return snapshot(Integer.MAX_VALUE, Integer.MAX_VALUE);
	}

	/**
	 * Returns the first of those who were granted the lock.
	 * @param limit how many at most
	 * @return a copy, longest first
	 */
	public List<Acquisition> holders(int limit) {
		return snapshot(limit, 0).granted();
	}

	private Snapshot snapshot(int holders, int waiters) {
		Object current = this.word;
		if (current instanceof Acquisition alone) {
			return new Snapshot(List.of(alone), List.of());
		}
		return (current == null) ? Snapshot.EMPTY : look(Snapshot.EMPTY,
				(known) -> new Snapshot(known.granted(this.word, holders), known.queue().copy(waiters)));
	}

	/**
	 * Returns how many wait.
	 * @return the length of the queue
	 */
	public int queueLength() {
		return look(0, (known) -> known.queue().size());
	}

	/**
	 * Returns the position of an acquisition in the queue.
	 * @param acquisition a queued acquisition
	 * @return its position from 1, 0 if it is not queued
	 */
	public int positionOf(Acquisition acquisition) {
		return look(0, (known) -> known.positionOf(acquisition));
	}

	/** Comes and takes the lock, if nobody was quicker. */
	void take(Acquisition called) {
		tell(inMonitor(Optional.empty(), (entered) -> entered.take(called, System.nanoTime())));
	}

	boolean fail(Acquisition acquisition, RuntimeException failure) {
		acquisition.failure(failure);
		if (!giveUp(acquisition)) {
			return false;
		}
		acquisition.settled();
		return true;
	}

	/** What a queued acquisition waits for: holders, or a writer ahead of it. */
	List<Acquisition> blockersOf(Acquisition acquisition) {
		return look(List.of(), (known) -> known.blockers(acquisition));
	}

	/** Those inside that exclude a queued acquisition. */
	List<Acquisition> holdersAgainst(Acquisition acquisition) {
		return look(List.of(), (known) -> known.blockingHolders(acquisition));
	}

	/** Looks into the monitor, under the mutex. */
	private <T> T look(T withoutMonitor, Function<Monitor, T> question) {
		Monitor known = this.monitor;
		if (known == null) {
			return withoutMonitor;
		}
		known.lock();
		try {
			return question.apply(known);
		}
		finally {
			known.unlock();
		}
	}

	/**
	 * Numbers a grant. Exclusive ones count by two, so that there is a number for readers
	 * in between.
	 */
	void giveToken(Acquisition acquisition) {
		if (acquisition.isExclusive()) {
			this.lastToken += 2;
			acquisition.token(this.lastToken);
		}
		else {
			acquisition.token(-(this.lastToken + 1));
		}
	}

	/** The token of a reader that has none of its own yet. */
	long sharedToken(Acquisition reader) {
		return inMonitor(-reader.token(), (entered) -> {
			revokeSlots(entered);
			if (reader.token() < 0) {
				Acquisition numbered = reader.isAdopted() ? entered.numberedRelativeOf(reader) : null;
				long token = (numbered != null) ? numbered.token()
						: reader.isAdopted() ? ++this.lastToken : -reader.token();
				reader.token(token);
			}
			return reader.token();
		});
	}

	/** Does something under the mutex, unless the lock is retired. */
	private <T> T inMonitor(T ifRetired, Function<Monitor, T> action) {
		Monitor entered = enterMonitor();
		if (entered == null) {
			return ifRetired;
		}
		try {
			return action.apply(entered);
		}
		finally {
			leaveMonitor(entered);
		}
	}

	/**
	 * Takes the mutex, and sees to it that the word is the monitor or the slots.
	 * @return the monitor, or {@code null} if the lock is retired
	 */
	private @Nullable Monitor enterMonitor() {
		Monitor known = monitor();
		known.lock();
		Object current = this.word;
		while (current != known && !(current instanceof ReaderSlots)) {
			if (current == RETIRED) {
				known.unlock();
				return null;
			}
			if (WORD.compareAndSet(this, current, known) && current instanceof Acquisition alone) {
				known.adopt(alone);
			}
			current = this.word;
		}
		return known;
	}

	private Monitor monitor() {
		for (Monitor known = this.monitor;; known = this.monitor) {
			if (known != null) {
				return known;
			}
			MONITOR.compareAndSet(this, null, new Monitor(this, this.overtakingNanos));
		}
	}

	/** Lets the mutex go. Without holders and waiters the word is the lock again. */
	private void leaveMonitor(Monitor entered) {
		if (entered.isEmpty() && this.word == entered) {
			this.word = null;
		}
		entered.unlock();
	}

	private void offerSlots(Monitor entered) {
		if (this.word == entered && entered.isTimeForSlots()) {
			this.word = entered.slots();
		}
	}

	private void revokeSlots(Monitor entered) {
		entered.startCountingReads();
		if (this.word instanceof ReaderSlots shared) {
			this.word = entered;
			shared.collect().forEach(entered::adopt);
		}
	}

}
