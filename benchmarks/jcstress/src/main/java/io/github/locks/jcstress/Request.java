package io.github.locks.jcstress;

import io.github.locks.LockOwner;
import io.github.locks.LockType;
import io.github.locks.local.Acquisition;
import io.github.locks.local.FairLock;
import io.github.locks.local.Outcome;

/**
 * A request that does not wait, as the lock manager makes it: at the word of the lock, at
 * its slots for readers, at its monitor.
 */
final class Request {

	private final FairLock lock;

	private final LockType type;

	private final LockOwner owner = LockOwner.create("o");

	private final Acquisition acquisition;

	private long token;

	Request(FairLock lock, LockType type) {
		this.lock = lock;
		this.type = type;
		this.acquisition = lock.prepare(type, this.owner, null, null);
	}

	boolean take() {
		this.token = this.lock.enter(this.type, this.owner, null, 1);
		return this.token != 0 || this.lock.tryShare(this.acquisition, 1)
				|| this.lock.acquire(this.acquisition, false) == Outcome.GRANTED;
	}

	boolean release() {
		if (this.token == 0) {
			return this.lock.release(this.acquisition);
		}
		if (this.lock.beginExit(this.token, this.type)) {
			this.lock.endExit(this.token, 1);
			return true;
		}
		return this.lock.findAdopted(this.token).filter(this.lock::release).isPresent();
	}

	long fencingToken() {
		return (this.token != 0) ? this.token : this.acquisition.fencingToken();
	}

}
