package io.github.locks.local;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import io.github.locks.LockOwner;
import io.github.locks.LockType;
import io.github.locks.spi.LockClaim;
import org.jspecify.annotations.Nullable;

/**
 * One request for a {@link FairLock}, from asking to release. Its state moves in one
 * direction only, under the mutex of its lock:
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

		NEW, QUEUED, GRANTED, RELEASED, ENDED

	}

	private final FairLock lock;

	private final LockType type;

	private final LockOwner owner;

	private final @Nullable String method;

	private final long requestedNanos = System.nanoTime();

	private volatile long grantedNanos;

	/** Who is told of the end of the wait; {@code null} unparks the waiting thread. */
	private final @Nullable Consumer<Acquisition> whenSettled;

	private volatile State state = State.NEW;

	private volatile boolean waited;

	private volatile @Nullable Thread waiter;

	private volatile @Nullable RuntimeException failure;

	private volatile long fencingToken;

	/** Neighbours in the queue or among the granted. Guarded by the lock's mutex. */
	@Nullable Acquisition previous;

	/** Guarded by the lock's mutex. */
	@Nullable Acquisition next;

	/** An exclusive request ahead in the queue, maybe outdated. Guarded by the mutex. */
	@Nullable Acquisition writerAhead;

	Acquisition(FairLock lock, LockType type, LockOwner owner, @Nullable String method,
			@Nullable Consumer<Acquisition> whenSettled) {
		this.lock = lock;
		this.type = type;
		this.owner = owner;
		this.method = method;
		this.whenSettled = whenSettled;
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

	@Override
	public boolean hasQueue() {
		return this.lock.hasQueue();
	}

	@Override
	public long requestedNanos() {
		return this.requestedNanos;
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
	 * Returns why the acquisition was failed by somebody else.
	 * @return the failure, or {@code null} if it was not
	 */
	public @Nullable RuntimeException failure() {
		return this.failure;
	}

	/**
	 * Returns when the lock was granted.
	 * @return a value of {@link System#nanoTime()}
	 */
	public long grantedNanos() {
		return this.grantedNanos;
	}

	/**
	 * Whether the request ever stood in the queue.
	 * @return {@code true} if it was not granted or refused at once
	 */
	public boolean hasWaited() {
		return this.waited;
	}

	/**
	 * Returns how long the request had waited when the lock was granted.
	 * @return the time in nanoseconds
	 */
	public long waitedNanos() {
		return this.grantedNanos - this.requestedNanos;
	}

	/**
	 * Returns the fencing token of the grant.
	 * @return the token, or 0 if the lock was not granted
	 */
	public long fencingToken() {
		return this.fencingToken;
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
		this.waiter = Thread.currentThread();
		while (isQueued()) {
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
		this.waiter = null;
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Restarts the time of the hold: the grant of this lock was only the first step to
	 * what the owner asked for.
	 */
	public void holdsFromNow() {
		this.grantedNanos = System.nanoTime();
	}

	/** Becomes granted. */
	void granted(long token) {
		this.grantedNanos = System.nanoTime();
		this.fencingToken = token;
		this.state = State.GRANTED;
	}

	/** Takes the grant of another acquisition over. */
	void grantedLike(Acquisition other) {
		granted(other.fencingToken);
		this.grantedNanos = other.grantedNanos;
	}

	boolean isExclusive() {
		return this.type.isExclusive();
	}

	State state() {
		return this.state;
	}

	void state(State state) {
		if (state == State.QUEUED) {
			this.waited = true;
		}
		this.state = state;
	}

	void failure(RuntimeException failure) {
		this.failure = failure;
	}

	/** Tells whoever waits. Called once, without the mutex, after the wait has ended. */
	void settled() {
		if (this.whenSettled != null) {
			this.whenSettled.accept(this);
		}
		else {
			LockSupport.unpark(this.waiter);
		}
	}

}
