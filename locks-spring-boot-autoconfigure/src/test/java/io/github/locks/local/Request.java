package io.github.locks.local;

import java.util.function.Consumer;

import io.github.locks.LockOwner;
import io.github.locks.LockType;

/**
 * A request as the lock manager makes it: first at the word of the lock, then at its
 * slots for readers, then at its monitor.
 */
public final class Request {

	private final FairLock lock;

	private final LockType type;

	private final LockOwner owner;

	private final Acquisition acquisition;

	private volatile long token;

	public Request(FairLock lock, LockType type, LockOwner owner) {
		this(lock, type, owner, null);
	}

	Request(FairLock lock, LockType type, LockOwner owner, Consumer<Acquisition> whenSettled) {
		this.lock = lock;
		this.type = type;
		this.owner = owner;
		this.acquisition = lock.prepare(type, owner, null, whenSettled);
	}

	/** Enters at the word or a slot. */
	public boolean tryEnter() {
		this.token = this.lock.enter(this.type, this.owner, null, System.nanoTime());
		return this.token != 0 || this.lock.tryShare(this.acquisition, System.nanoTime());
	}

	public Outcome acquire(boolean mayQueue) {
		return tryEnter() ? Outcome.GRANTED : this.lock.acquire(this.acquisition, mayQueue);
	}

	/** What stands for the request at the monitor, unless it has entered at the word. */
	public Acquisition acquisition() {
		return this.acquisition;
	}

	public FairLock lock() {
		return this.lock;
	}

	public LockType type() {
		return this.type;
	}

	public LockOwner owner() {
		return this.owner;
	}

	public boolean isGranted() {
		return (this.token != 0) ? this.lock.isHeld(this.token, this.type) : this.acquisition.isGranted();
	}

	public boolean isQueued() {
		return this.acquisition.isQueued();
	}

	public long fencingToken() {
		return (this.token != 0) ? this.token : this.acquisition.fencingToken();
	}

	public boolean release() {
		if (this.token == 0) {
			return this.lock.release(this.acquisition);
		}
		if (this.lock.beginExit(this.token, this.type)) {
			this.lock.endExit(this.token, System.nanoTime());
			return true;
		}
		return this.lock.findAdopted(this.token).filter(this.lock::release).isPresent();
	}

}
