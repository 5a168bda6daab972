package io.github.locks.local;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import io.github.locks.LockOwner;
import io.github.locks.LockType;
import io.github.locks.spi.LockClaim;
import org.jspecify.annotations.Nullable;

/**
 * One request for a {@link FairLock}, from asking to release. Its state moves in one
 * direction only:
 *
 * <pre>
 *   NEW ----> QUEUED ----> GRANTED ----> RELEASED
 *     \          \------------------\
 *      \-----------------------------+-> ENDED (given up, failed or refused)
 * </pre>
 *
 * Whoever moves it out of QUEUED has decided the race between grant, timeout, interrupt
 * and cancellation. See {@code docs/concurrency.md}.
 */
public final class Acquisition implements LockClaim {

	/**
	 * The states of an acquisition.
	 */
	enum State {

		QUEUED, GRANTED, RELEASED, ENDED

	}

	private static final VarHandle STATE;

	private static final VarHandle TOKEN;

	/**
	 * How long the first of a queue spins before it parks: about what it takes to wake a
	 * parked thread.
	 */
	private static final long SPIN_NANOS = (Runtime.getRuntime().availableProcessors() > 1)
			? TimeUnit.MICROSECONDS.toNanos(10) : 0;

	private static final int SPINS_BETWEEN_CLOCKS = 16;

	static {
		try {
			STATE = MethodHandles.lookup().findVarHandle(Acquisition.class, "state", State.class);
			TOKEN = MethodHandles.lookup().findVarHandle(Acquisition.class, "token", long.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final FairLock lock;

	private final LockType type;

	private final LockOwner owner;

	private final @Nullable String method;

	/**
	 * NEW is {@code null}, which costs nothing to write. Written with less than volatile
	 * strength where something else publishes it: before it is entered into a slot, or
	 * after it was taken out.
	 */
	private volatile @Nullable State state;

	private long grantedNanos;

	/** Negative: its opposite, unless somebody asks before the release. Zero: to come. */
	private volatile long token;

	/** The place among the {@link ReaderSlots}, or -1. */
	private byte slot = -1;

	/** Whether it is among the granted of the monitor. Guarded by the mutex. */
	private boolean adopted;

	/** Whether it stands for a hold whose holder knows the token only. */
	private boolean entered;

	/** Made for the monitor. */
	private @Nullable Visit visit;

	/** Neighbours in the queue or among the granted. Guarded by the mutex. */
	@Nullable Acquisition previous;

	/** Guarded by the mutex. */
	@Nullable Acquisition next;

	Acquisition(FairLock lock, LockType type, LockOwner owner, @Nullable String method,
			@Nullable Consumer<Acquisition> whenSettled) {
		this.lock = lock;
		this.type = type;
		this.owner = owner;
		this.method = method;
		this.visit = (whenSettled != null) ? new Visit(whenSettled) : null;
	}

	/** A hold that was granted without the mutex. */
	static Acquisition entered(FairLock lock, LockType type, LockOwner owner, @Nullable String method, long token,
			long nanos) {
		Acquisition granted = new Acquisition(lock, type, owner, method, null);
		granted.token = token;
		granted.entered = true;
		granted.entering(nanos);
		return granted;
	}

	@Override
	public String resource() {
		return this.lock.resource();
	}

	@Override
	public LockType type() {
		return this.type;
	}

	@Override
	public LockOwner owner() {
		return this.owner;
	}

	@Override
	public @Nullable String method() {
		return this.method;
	}

	@Override
	public boolean isQueued() {
		return this.state == State.QUEUED;
	}

	@Override
	public boolean isGranted() {
		return this.state == State.GRANTED;
	}

	/**
	 * Returns when the request was made.
	 * @return a value of {@link System#nanoTime()}; if the lock was granted at once, the
	 * time of the grant
	 */
	@Override
	public long requestedNanos() {
		Visit known = this.visit;
		return (known != null && known.requestedNanos != 0) ? known.requestedNanos : this.grantedNanos;
	}

	@Override
	public List<Acquisition> blockers() {
		return this.lock.blockersOf(this);
	}

	@Override
	public List<Acquisition> holders() {
		return this.lock.holdersAgainst(this);
	}

	@Override
	public boolean fail(RuntimeException cause) {
		return this.lock.fail(this, cause);
	}

	/**
	 * Returns the lock that is asked for.
	 * @return the lock
	 */
	public FairLock lock() {
		return this.lock;
	}

	/**
	 * Returns why the acquisition was failed by somebody else.
	 * @return the failure, or {@code null} if it was not
	 */
	public @Nullable RuntimeException failure() {
		Visit known = this.visit;
		return (known != null) ? known.failure : null;
	}

	/**
	 * Returns when the lock was granted.
	 * @return a value of {@link System#nanoTime()}
	 */
	public long grantedNanos() {
		return this.grantedNanos;
	}

	/**
	 * Returns which place among the slots for readers the acquisition was given.
	 * @return the number of the slot, or -1 if it is in none
	 */
	public int slot() {
		return this.slot;
	}

	/**
	 * Whether the request ever stood in the queue.
	 * @return {@code true} if it was not granted or refused at once
	 */
	public boolean hasWaited() {
		Visit known = this.visit;
		return known != null && known.waited;
	}

	/**
	 * Returns how long the request had waited when the lock was granted.
	 * @return the time in nanoseconds, 0 if it was granted at once
	 */
	public long waitedNanos() {
		return hasWaited() ? this.grantedNanos - requestedNanos() : 0;
	}

	/**
	 * Returns the fencing token of the grant: more than that of any grant before that it
	 * excludes, less than that of any such grant after. Who shares the lock gets a number
	 * of its own only if it asks while it holds the lock.
	 * @return the token, or 0 if the lock was not granted
	 */
	public long fencingToken() {
		long known = this.token;
		while (known == 0 && (isGranted() || this.state == State.RELEASED)) {
			Acquisition outer = outer();
			if (outer != null) {
				return outer.fencingToken();
			}
			// It has just been granted, and its token is about to be written.
			Thread.onSpinWait();
			known = this.token;
		}
		return (known < 0) ? this.lock.sharedToken(this) : known;
	}

	/**
	 * Blocks the calling thread until this queued acquisition is granted or failed, or
	 * the time is over. Returning does not change the state: a caller that stops waiting
	 * calls {@link FairLock#giveUp(Acquisition)}, whose answer decides.
	 * @param nanos how long to wait at most; never returns early unless the wait is over
	 * or, if {@code interruptible}, the interrupt flag of the thread is set
	 * @param interruptible whether to return when the thread is interrupted
	 */
	public void await(long nanos, boolean interruptible) {
		long start = System.nanoTime();
		boolean interrupted = false;
		Visit current = visit();
		current.waiter = Thread.currentThread();
		while (isQueued()) {
			if (current.called) {
				this.lock.take(this);
				spinIfInsisting(nanos - (System.nanoTime() - start));
				continue;
			}
			long remaining = nanos - (System.nanoTime() - start);
			if (remaining <= 0) {
				break;
			}
			LockSupport.parkNanos(this.lock, remaining);
			if (Thread.interrupted()) {
				interrupted = true;
				if (interruptible) {
					break;
				}
			}
		}
		current.waiter = null;
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Waits for a moment without giving the processor away, if this acquisition came to
	 * the head of the queue at once: then the lock may be handed over sooner than a
	 * thread falls asleep. Like {@link #await} it decides nothing.
	 * @param nanos how long to wait at most
	 */
	public void spin(long nanos) {
		if (visit().first) {
			spin(System.nanoTime(), Math.min(nanos, SPIN_NANOS));
		}
	}

	/**
	 * Nobody overtakes it any more: it is the next, and soon if locks are held for short.
	 */
	private void spinIfInsisting(long nanos) {
		if (insists()) {
			spin(System.nanoTime(), Math.min(nanos, SPIN_NANOS));
		}
	}

	private void spin(long start, long nanos) {
		Visit current = visit();
		for (int i = 1; isQueued() && !current.called; i++) {
			if (i % SPINS_BETWEEN_CLOCKS == 0 && System.nanoTime() - start >= nanos) {
				return;
			}
			Thread.onSpinWait();
		}
	}

	/**
	 * Restarts the time of the hold: the grant of this lock was only the first step to
	 * what the owner asked for.
	 */
	public void holdsFromNow() {
		this.grantedNanos = System.nanoTime();
	}

	/** Notes the time of the request, which is not granted at once. */
	void requested(long nanos) {
		visit().requestedNanos = nanos;
	}

	private Visit visit() {
		Visit known = this.visit;
		if (known == null) {
			known = new Visit(null);
			this.visit = known;
		}
		return known;
	}

	/** Prepares for being entered into a slot. */
	void entering(long nanos) {
		this.grantedNanos = nanos;
		STATE.set(this, State.GRANTED);
	}

	/** Takes {@link #entering} back. */
	void notEntered() {
		this.slot = -1;
		token(0);
		STATE.set(this, null);
	}

	/** Has left a slot. */
	void left() {
		STATE.setRelease(this, State.RELEASED);
	}

	/** Was refused, and asks once more. */
	void asksAgain() {
		STATE.set(this, null);
	}

	/** Stands in the queue. */
	void queued(boolean atHead) {
		visit().waited = true;
		visit().first = atHead;
		this.state = State.QUEUED;
	}

	/** Becomes granted by the monitor, maybe within an outer hold. */
	void granted(long nanos, @Nullable Acquisition outerHold) {
		this.grantedNanos = nanos;
		if (outerHold != null) {
			visit().outer = outerHold;
		}
		this.adopted = true;
		this.state = State.GRANTED;
	}

	/** Takes the grant of another acquisition over. */
	void grantedLike(Acquisition other) {
		requested(other.requestedNanos());
		token(other.token);
		granted(other.grantedNanos, other.outer());
	}

	private @Nullable Acquisition outer() {
		Visit known = this.visit;
		return (known != null) ? known.outer : null;
	}

	@Nullable Acquisition writerAhead() {
		return visit().writerAhead;
	}

	void writerAhead(@Nullable Acquisition writer) {
		visit().writerAhead = writer;
	}

	boolean isEntered() {
		return this.entered;
	}

	boolean isAdopted() {
		return this.adopted;
	}

	void markAdopted() {
		this.adopted = true;
	}

	void disowned() {
		this.adopted = false;
	}

	void slot(int index) {
		this.slot = (byte) index;
	}

	/** Whether a thread waits for it, that can come and take the lock. */
	boolean isAwaited() {
		return visit().whenSettled == null;
	}

	boolean isCalled() {
		return visit().called;
	}

	void called(boolean value) {
		visit().called = value;
	}

	/** Whether nobody may overtake it any more. */
	boolean insists() {
		return visit().insists;
	}

	void insist() {
		visit().insists = true;
	}

	/**
	 * Acquisitions are looked up often, no two are the same, and the first identity hash
	 * of an object takes longer than all else about it.
	 */
	@Override
	public boolean equals(Object other) {
		return this == other;
	}

	@Override
	public int hashCode() {
		return this.owner.hashCode();
	}

	boolean isExclusive() {
		return this.type.isExclusive();
	}

	long token() {
		return this.token;
	}

	void token(long value) {
		TOKEN.setRelease(this, value);
	}

	void state(State value) {
		this.state = value;
	}

	void failure(RuntimeException cause) {
		visit().failure = cause;
	}

	/**
	 * Tells whoever waits. Called without the mutex, once after the wait has ended; a
	 * thread also when it is to come and take the lock.
	 */
	void settled() {
		Visit current = visit();
		if (current.whenSettled != null) {
			current.whenSettled.accept(this);
		}
		else {
			LockSupport.unpark(current.waiter);
		}
	}

}
