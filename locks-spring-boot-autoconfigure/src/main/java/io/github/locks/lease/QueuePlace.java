package io.github.locks.lease;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;

import io.github.locks.LockType;
import io.github.locks.spi.ReleaseWatch;

/**
 * A place in the queue of a lock, which the server gives the lock to when it is free.
 *
 * <pre>
 *   WAITING ---> TAKEN    by who asks, and gets the lock
 *      \------> ENDED     by who turned away: the place, or the lock, is given back
 * </pre>
 */
final class QueuePlace implements ReleaseWatch {

	/**
	 * The states.
	 */
	private enum State {

		WAITING, TAKEN, ENDED

	}

	private final LeaseBackend backend;

	private final LockKey key;

	private final LockType type;

	private final String id;

	private final Runnable wakeUp;

	private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

	/** Whether the server knows the place, and has said nothing of it since. */
	private volatile boolean quiet;

	/** When to ask again, if the server tells nothing. */
	private volatile long nextNanos = System.nanoTime();

	/** Whether no question is on its way. */
	private volatile boolean answered = true;

	QueuePlace(LeaseBackend backend, LockKey key, LockType type, String id, Runnable wakeUp) {
		this.backend = backend;
		this.key = key;
		this.type = type;
		this.id = id;
		this.wakeUp = wakeUp;
	}

	LockKey key() {
		return this.key;
	}

	LockType type() {
		return this.type;
	}

	String id() {
		return this.id;
	}

	/**
	 * It is to be asked for: what the server says from now on is news.
	 * @return {@code false} if that was done just now already
	 */
	boolean asking() {
		if (this.quiet && !this.backend.isListening() && System.nanoTime() - this.nextNanos < 0) {
			return false;
		}
		this.answered = false;
		this.quiet = true;
		return true;
	}

	void answered() {
		this.answered = true;
		long pause = this.backend.pollPause().toNanos();
		this.nextNanos = System.nanoTime() + ((pause > 0) ? ThreadLocalRandom.current().nextLong(pause / 4, pause) : 0);
	}

	/**
	 * Whether the server has answered the last question, so that none can arrive late.
	 */
	boolean isAnswered() {
		return this.answered;
	}

	/** The server may have given the lock to this place in its queue. */
	void tell() {
		this.quiet = false;
		this.wakeUp.run();
	}

	/** The lock is that of who asked for it. */
	void taken() {
		this.state.compareAndSet(State.WAITING, State.TAKEN);
	}

	@Override
	public boolean isPrompt() {
		return this.quiet && this.backend.isListening();
	}

	@Override
	public void close() {
		boolean ended = this.state.compareAndSet(State.WAITING, State.ENDED);
		this.backend.waitEnded(this, ended);
	}

}
