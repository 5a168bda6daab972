package io.github.locks.benchmarks;

import java.util.concurrent.TimeUnit;

import io.github.locks.LockOwner;
import io.github.locks.LockType;
import io.github.locks.local.Acquisition;
import io.github.locks.local.FairLock;
import io.github.locks.local.Outcome;
import io.github.locks.spi.LockClock;

/**
 * The lock itself, without the manager around it. All that the benchmarks know of the
 * package {@code local} is here.
 */
final class EngineLock {

	private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(1);

	private final FairLock lock = new FairLock("benchmark", 0);

	Object lockRead(LockOwner owner) {
		return lock(LockType.READ, owner);
	}

	Object lockWrite(LockOwner owner) {
		return lock(LockType.WRITE, owner);
	}

	void unlock(Object grant) {
		this.lock.release((Acquisition) grant, LockClock.COARSE.nanos());
	}

	private Acquisition lock(LockType type, LockOwner owner) {
		Acquisition acquisition = this.lock.prepare(type, owner, null, null);
		if (!this.lock.tryEnter(acquisition, LockClock.COARSE.nanos())
				&& this.lock.acquire(acquisition, true) == Outcome.QUEUED) {
			acquisition.spin(PATIENCE_NANOS);
			acquisition.await(PATIENCE_NANOS, false);
		}
		if (!acquisition.isGranted()) {
			throw new IllegalStateException("Not granted");
		}
		return acquisition;
	}

}
