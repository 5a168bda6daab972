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
 * <b>Order.</b> First come, first served; with a bound for overtaking, others may go
 * before a waiting thread until it has waited for that long, and has been scheduled.
 * Readers that stand together at the head of the queue enter together; a reader behind a
 * queued writer waits. Owners that are inside already do not queue behind those who wait
 * for them.
 * <p>
 * <b>Hand-over.</b> Whoever releases, or leaves the queue, grants the lock to those at
 * the head before it lets go of the mutex: nobody can slip in between. A waiter that
 * gives up either leaves the queue or learns that it has been granted the lock; then it
 * must release it.
 * <p>
 * <b>Free, and held alone.</b> That is decided by {@link LockWord one number}, without
 * the mutex. See {@code docs/concurrency.md}.
 * <p>
 * <b>Callbacks</b> are told after the mutex was left, by the thread that granted. They
 * must not block.
 * <p>
 * Safe for use by several threads. The number of holds is limited by {@code int} only.
 */
public class FairLock extends LockWord {

	private static final VarHandle MONITOR_FIELD;

	static {
		try {
			MONITOR_FIELD = MethodHandles.lookup().findVarHandle(FairLock.class, "monitor", Monitor.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final int overtakingNanos;

	/** Made when it is needed first, then kept. */
	private volatile @Nullable Monitor monitor;

	/**
	 * Creates a free lock.
	 * @param resource name of the resource
	 * @param tokenFloor a number that all its fencing tokens will exceed
	 * @param overtakingNanos for how long a waiting thread may be overtaken; 0: never
	 */
	public FairLock(String resource, long tokenFloor, int overtakingNanos) {
		super(resource, tokenFloor);
		this.overtakingNanos = overtakingNanos;
	}

	/**
	 * Returns what has become of a hold that others have found here.
	 * @param token what {@link #enter} gave
	 * @return the acquisition that stands for it, which is given back like any other;
	 * empty if there is none
	 */
	public final Optional<Acquisition> findAdopted(long token) {
		return look(Optional.empty(), (known) -> known.findEntered(token));
	}

	/**
	 * Whether a hold has not been given back.
	 * @param token what {@link #enter} gave
	 * @param type the kind of lock
	 * @return {@code true} if it is held
	 */
	public final boolean isHeld(long token, LockType type) {
		return isAlone(token, type) || findAdopted(token).isPresent();
	}

	/**
	 * Prepares a request. It takes nothing before it is passed to {@link #tryShare} or
	 * {@link #acquire}.
	 * @param type the kind of lock; all but {@link LockType#READ} are exclusive
	 * @param forOwner for whom
	 * @param inMethod which method asks, or {@code null} if unknown
	 * @param whenSettled who is told when the wait has ended, or {@code null} if a thread
	 * {@linkplain Acquisition#await awaits} it
	 * @return a new acquisition
	 */
	public final Acquisition prepare(LockType type, LockOwner forOwner, @Nullable String inMethod,
			@Nullable Consumer<Acquisition> whenSettled) {
		return new Acquisition(this, type, forOwner, inMethod, whenSettled);
	}

	/**
	 * Whether {@link #tryShare} may be worth a try.
	 * @return whether readers share the lock
	 */
	public final boolean isShared() {
		return stateOf(word()) == SLOTS;
	}

	/**
	 * Acquires the lock for a reader if other readers share it, without the mutex. The
	 * reader is in its slot first, and looks at the word again then; who revokes the
	 * slots changes the word first, and looks into them then. So one of both sees the
	 * other. Only who is inside knows which writers came before.
	 * @param reader a prepared acquisition
	 * @param nanos what to note as the time of the grant, a value of
	 * {@link System#nanoTime()}
	 * @return {@code false} if only {@link #acquire} can tell
	 */
	public final boolean tryShare(Acquisition reader, long nanos) {
		if (!isShared() || reader.isExclusive()) {
			return false;
		}
		ReaderSlots slots = monitor().slots();
		reader.entering(nanos);
		if (slots.enter(reader) && (isShared() || !slots.retreat(reader))) {
			giveToken(reader);
			return true;
		}
		reader.notEntered();
		return false;
	}

	/**
	 * Begins to give a hold in a slot back. Who is answered {@code true} calls
	 * {@link #endExit(Acquisition)} soon; until then the slot is nobody else's.
	 * @param reader an acquisition
	 * @return {@code false} if only {@link #release} can give it back
	 */
	public final boolean beginExit(Acquisition reader) {
		return reader.slot() >= 0 && reader.isGranted() && monitor().slots().beginLeave(reader);
	}

	/**
	 * Ends what {@link #beginExit(Acquisition)} began.
	 * @param reader an acquisition
	 */
	public final void endExit(Acquisition reader) {
		monitor().slots().endLeave(reader);
		reader.left();
	}

	/**
	 * Acquires the lock, or stands in the queue for it.
	 * @param acquisition a prepared acquisition, used once
	 * @param mayQueue whether to queue if the lock is not to be had at once
	 * @return what happened
	 */
	public final Outcome acquire(Acquisition acquisition, boolean mayQueue) {
		acquisition.requested(System.nanoTime());
		if (this.overtakingNanos > 0 && mayQueue) {
			Outcome outcome = arrive(acquisition, false);
			if (outcome != Outcome.BUSY) {
				return outcome;
			}
			acquisition.asksAgain();
			monitor().spinWhileHeld();
		}
		return arrive(acquisition, mayQueue);
	}

	private Outcome arrive(Acquisition acquisition, boolean mayQueue) {
		long nanos = System.nanoTime();
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
	public final boolean giveUp(Acquisition acquisition) {
		return acquisition.isQueued()
				&& tell(inMonitor(Optional.empty(), (entered) -> entered.leaveQueue(acquisition, System.nanoTime())));
	}

	/**
	 * Gives the lock back, and grants it to those at the head of the queue.
	 * @param acquisition an acquisition
	 * @return {@code false} if it was not granted, or released before
	 */
	public final boolean release(Acquisition acquisition) {
		if (beginExit(acquisition)) {
			endExit(acquisition);
			return true;
		}
		long nanos = System.nanoTime();
		return acquisition.isGranted()
				&& tell(inMonitor(Optional.empty(), (entered) -> entered.release(acquisition, nanos)));
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
	public final Acquisition handOver(Acquisition acquisition, LockOwner owner) {
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
	public final boolean retire() {
		return inMonitor(true, (entered) -> {
			revokeSlots(entered);
			if (entered.isEmpty()) {
				become(RETIRED);
			}
			return entered.isEmpty();
		});
	}

	/**
	 * Whether nobody holds the lock and nobody waits.
	 * @return {@code true} if it is free
	 */
	public final boolean isFree() {
		return switch (stateOf(word())) {
			case FREE, RETIRED -> true;
			case SLOTS -> monitor().slots().readers().isEmpty() && look(true, Monitor::isEmpty);
			case MONITOR -> look(true, Monitor::isEmpty);
			default -> false;
		};
	}

	/**
	 * Whether the lock is free, and was not used for a while. Slots for readers that are
	 * not used at the moment are taken away: the next look will tell.
	 * @param nanos since when, a value of {@link System#nanoTime()}
	 * @return {@code true} if it is idle
	 */
	public final boolean isIdleSince(long nanos) {
		if (isShared()) {
			inMonitor(false, (entered) -> {
				revokeSlots(entered);
				return true;
			});
		}
		return isFree() && sinceNanos() - nanos <= 0;
	}

	/**
	 * Returns a copy of those who were granted the lock and of those who wait for it, as
	 * of one moment.
	 * @return granted ones, longest first; queued ones, in order
	 */
	public final Snapshot snapshot() {
		return snapshot(Integer.MAX_VALUE, Integer.MAX_VALUE);
	}

	/**
	 * Returns a copy of the first of those who were granted the lock, and of those who
	 * wait for it.
	 * @param holders how many granted ones at most
	 * @param waiters how many queued ones at most
	 * @return granted ones, longest first; queued ones, in order
	 */
	public final Snapshot snapshot(int holders, int waiters) {
		for (int attempt = 0;; attempt++) {
			long current = word();
			switch (stateOf(current)) {
				case WRITER, READER -> {
					Acquisition alone = alone(current);
					VarHandle.acquireFence();
					if (alone != null && word() == current) {
						return new Snapshot(List.of(alone), List.of());
					}
				}
				case SLOTS, MONITOR -> {
					return look(Snapshot.EMPTY,
							(known) -> new Snapshot(known.granted(isShared(), holders), known.queue().copy(waiters)));
				}
				case CHANGING -> SpinMutex.pause(attempt);
				default -> {
					return Snapshot.EMPTY;
				}
			}
		}
	}

	/** Who holds the lock alone, if the word has not changed meanwhile. */
	private @Nullable Acquisition alone(long held) {
		LockOwner holder = enteredOwner();
		return (holder != null) ? Acquisition.entered(this, (stateOf(held) == READER) ? LockType.READ : LockType.WRITE,
				holder, enteredMethod(), tokenOf(held), sinceNanos()) : null;
	}

	/**
	 * Returns how many wait.
	 * @return the length of the queue
	 */
	public final int queueLength() {
		return look(0, (known) -> known.queue().size());
	}

	/**
	 * Returns the position of an acquisition in the queue.
	 * @param acquisition a queued acquisition
	 * @return its position from 1, 0 if it is not queued
	 */
	public final int positionOf(Acquisition acquisition) {
		return look(0, (known) -> known.positionOf(acquisition));
	}

	/** Comes and takes the lock, if nobody was quicker. */
	final void take(Acquisition called) {
		tell(inMonitor(Optional.empty(), (entered) -> entered.take(called, System.nanoTime())));
	}

	final boolean fail(Acquisition acquisition, RuntimeException failure) {
		acquisition.failure(failure);
		if (!giveUp(acquisition)) {
			return false;
		}
		acquisition.settled();
		return true;
	}

	/** What a queued acquisition waits for: holders, or a writer ahead of it. */
	final List<Acquisition> blockersOf(Acquisition acquisition) {
		return look(List.of(), (known) -> known.blockers(acquisition));
	}

	/** Those inside that exclude a queued acquisition. */
	final List<Acquisition> holdersAgainst(Acquisition acquisition) {
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
	final void giveToken(Acquisition acquisition) {
		acquisition.token(acquisition.isExclusive() ? nextToken(TOKEN_STEP) : -(tokenOf(word()) + 1));
	}

	/** The token of a reader that has none of its own yet. */
	final long sharedToken(Acquisition reader) {
		return inMonitor(-reader.token(), (entered) -> {
			revokeSlots(entered);
			if (reader.token() < 0) {
				Acquisition numbered = reader.isAdopted() ? entered.numberedRelativeOf(reader) : null;
				long token = (numbered != null) ? numbered.token()
						: reader.isAdopted() ? nextToken(1) : -reader.token();
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
	 * Takes the mutex.
	 * @return the monitor, or {@code null} if the lock is retired
	 */
	private @Nullable Monitor enterMonitor() {
		Monitor known = monitor();
		known.lock();
		boolean entered = false;
		try {
			entered = inflate(known);
			return entered ? known : null;
		}
		finally {
			if (!entered) {
				known.unlock();
			}
		}
	}

	/**
	 * Sees to it that the word is the monitor or the slots, unless the lock is retired.
	 */
	private boolean inflate(Monitor entered) {
		for (int attempt = 0;; attempt++) {
			long current = word();
			switch (stateOf(current)) {
				case MONITOR, SLOTS -> {
					return true;
				}
				case RETIRED -> {
					return false;
				}
				case CHANGING -> SpinMutex.pause(attempt);
				default -> {
					// Made first: if there is no memory for it, nothing has changed.
					Acquisition alone = (stateOf(current) != FREE) ? alone(current) : null;
					if (tryInflate(current)) {
						Optional.ofNullable(alone).ifPresent(entered::adopt);
						return true;
					}
				}
			}
		}
	}

	private Monitor monitor() {
		for (Monitor known = this.monitor;; known = this.monitor) {
			if (known != null) {
				return known;
			}
			MONITOR_FIELD.compareAndSet(this, null, new Monitor(this, this.overtakingNanos));
		}
	}

	/** Lets the mutex go. Without holders and waiters the word is the lock again. */
	private void leaveMonitor(Monitor entered) {
		if (entered.isEmpty() && stateOf(word()) == MONITOR) {
			becomeFree();
		}
		entered.unlock();
	}

	private void offerSlots(Monitor entered) {
		if (stateOf(word()) == MONITOR && entered.isTimeForSlots()) {
			entered.slots();
			become(SLOTS);
		}
	}

	private void revokeSlots(Monitor entered) {
		entered.startCountingReads();
		if (stateOf(word()) == SLOTS) {
			become(MONITOR);
			entered.slots().collect(entered::adopt);
		}
	}

}
