package io.github.locks.benchmarks;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.github.locks.LockOwner;
import io.github.locks.LockType;
import io.github.locks.local.Acquisition;
import io.github.locks.local.FairLock;
import io.github.locks.local.Outcome;
import io.github.locks.spi.LockClock;
import io.github.locks.statistics.ResourceRecorder;
import io.github.locks.statistics.StatisticsArchive;

/**
 * The lock itself with its statistics, without the manager around them. All that the
 * benchmarks know of the packages {@code local} and {@code statistics} is here.
 */
final class EngineLock implements GuardedWork {

	private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(1);

	private final FairLock lock;

	private final ResourceRecorder recorder = new StatisticsArchive(true, 50, 1).take("benchmark");

	private final LockClock clock;

	/**
	 * Creates a lock.
	 * @param clock what tells the time when nobody has to wait
	 * @param overtaking how long a waiting thread may be overtaken
	 */
	EngineLock(LockClock clock, Duration overtaking) {
		this.clock = clock;
		this.lock = new FairLock("benchmark", 0, (int) overtaking.toNanos());
	}

	@Override
	public long read(LockOwner owner, LongSupplier work) {
		return run(LockType.READ, owner, work);
	}

	@Override
	public long write(LockOwner owner, LongSupplier work) {
		return run(LockType.WRITE, owner, work);
	}

	private long run(LockType type, LockOwner owner, LongSupplier work) {
		long nanos = this.clock.nanos();
		long token = this.lock.enter(type, owner, null, nanos);
		if (token == 0) {
			return runIndirect(type, owner, work);
		}
		this.recorder.entered(-1, type, owner, null, nanos);
		try {
			return work.getAsLong();
		}
		finally {
			exit(token, type);
		}
	}

	private void exit(long token, LockType type) {
		long nanos = this.clock.nanos();
		if (this.lock.beginExit(token, type)) {
			this.recorder.left(-1, type, nanos - this.lock.sinceNanos(), nanos);
			this.lock.endExit(token, nanos);
		}
		else {
			this.lock.findAdopted(token).ifPresent(this.lock::release);
		}
	}

	private long runIndirect(LockType type, LockOwner owner, LongSupplier work) {
		Acquisition acquisition = this.lock.prepare(type, owner, null, null);
		boolean shares = this.lock.tryShare(acquisition, this.clock.nanos());
		if (!shares && this.lock.acquire(acquisition, true) == Outcome.QUEUED) {
			acquisition.spin(PATIENCE_NANOS);
			acquisition.await(PATIENCE_NANOS, false);
		}
		try {
			return work.getAsLong();
		}
		finally {
			if (!this.lock.release(acquisition)) {
				throw new IllegalStateException("Not granted");
			}
		}
	}

}
