package io.github.locks.jcstress;

import io.github.locks.LockOwner;
import io.github.locks.LockType;
import io.github.locks.local.Acquisition;
import io.github.locks.local.FairLock;

/**
 * Requests to a lock of the engine.
 */
final class Requests {

	private Requests() {
	}

	/** Asks for the lock. */
	static Acquisition ask(FairLock lock, LockType type) {
		Acquisition acquisition = lock.prepare(type, LockOwner.create("o"), null, null);
		lock.acquire(acquisition, true);
		return acquisition;
	}

	/** A lock whose readers have slots. */
	static FairLock lockWithSlots() {
		FairLock lock = new FairLock("a", 0, 0);
		Acquisition[] readers = new Acquisition[17];
		for (int i = 0; i < readers.length; i++) {
			readers[i] = ask(lock, LockType.READ);
		}
		for (Acquisition reader : readers) {
			lock.release(reader);
		}
		if (!lock.isShared()) {
			throw new IllegalStateException("No slots");
		}
		return lock;
	}

}
