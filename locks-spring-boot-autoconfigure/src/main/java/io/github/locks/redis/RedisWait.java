package io.github.locks.redis;

import java.util.concurrent.atomic.AtomicReference;

import io.github.locks.LockType;
import io.github.locks.spi.ReleaseWatch;

/**
 * A place in the queue of a lock, which Redis gives the lock to when it is free.
 *
 * <pre>
 *   WAITING ---> TAKEN    by who asks, and gets the lock
 *      \------> ENDED     by who turned away: the place, or the lock, is given back
 * </pre>
 */
final class RedisWait implements ReleaseWatch {

	/**
	 * The states.
	 */
	private enum State {

		WAITING, TAKEN, ENDED

	}

	private final RedisLockBackend backend;

	private final LockKeys keys;

	private final LockType type;

	private final String id;

	private final Runnable wakeUp;

	private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

	/** Whether Redis knows the place, and has said nothing of it since. */
	private volatile boolean quiet;

	/** Whether no question is on its way. */
	private volatile boolean answered = true;

	RedisWait(RedisLockBackend backend, LockKeys keys, LockType type, String id, Runnable wakeUp) {
		this.backend = backend;
		this.keys = keys;
		this.type = type;
		this.id = id;
		this.wakeUp = wakeUp;
	}

	LockKeys keys() {
		return this.keys;
	}

	LockType type() {
		return this.type;
	}

	String id() {
		return this.id;
	}

	/** It is being asked for: what Redis says from now on is news. */
	void asking() {
		this.answered = false;
		this.quiet = true;
	}

	void answered() {
		this.answered = true;
	}

	/** Whether Redis has answered the last question, so that none can arrive late. */
	boolean isAnswered() {
		return this.answered;
	}

	/** Redis may have given the lock to this place in its queue. */
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
