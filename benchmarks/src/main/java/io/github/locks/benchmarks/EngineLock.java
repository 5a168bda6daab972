package io.github.locks.benchmarks;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.github.locks.LockOperation;
import io.github.locks.LockOwner;
import io.github.locks.LockType;
import io.github.locks.local.Acquisition;
import io.github.locks.local.FairLock;
import io.github.locks.local.Outcome;
import io.github.locks.spi.LockClock;
import io.github.locks.spi.LockEvent;
import io.github.locks.statistics.HoldCell;
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
		HoldCell cell = Objects.requireNonNull(this.recorder.cell());
		long nanos = this.clock.nanos();
		long token = this.lock.enter(type, owner, null, nanos);
		if (token == 0) {
			return runIndirect(type, owner, work);
		}
		cell.entered(type, owner, null, nanos);
		try {
			return work.getAsLong();
		}
		finally {
			exit(token, type);
		}
	}

	private void exit(long token, LockType type) {
		HoldCell cell = Objects.requireNonNull(this.recorder.cell());
		long nanos = this.clock.nanos();
		if (this.lock.beginExit(token, type)) {
			cell.left(type, Math.max(0, nanos - this.lock.sinceNanos()), nanos);
			this.lock.endExit(token, nanos);
		}
		else {
			this.lock.findAdopted(token).ifPresent(this::release);
		}
	}

	private long runIndirect(LockType type, LockOwner owner, LongSupplier work) {
		Acquisition acquisition = this.lock.prepare(type, owner, null, null);
		if (this.lock.tryShare(acquisition, this.clock.nanos())) {
			cellOf(acquisition).entered(type, owner, null, acquisition.grantedNanos());
		}
		else {
			if (this.lock.acquire(acquisition, true) == Outcome.QUEUED) {
				acquisition.spin(PATIENCE_NANOS);
				acquisition.await(PATIENCE_NANOS, false);
			}
			record(LockOperation.Kind.ACQUIRED, acquisition, 0);
		}
		try {
			return work.getAsLong();
		}
		finally {
			release(acquisition);
		}
	}

	private void release(Acquisition acquisition) {
		long nanos = this.clock.nanos();
		if (this.lock.beginExit(acquisition)) {
			long held = Math.max(0, nanos - acquisition.grantedNanos());
			cellOf(acquisition).left(acquisition.type(), held, nanos);
			this.lock.endExit(acquisition);
		}
		else if (this.lock.release(acquisition)) {
			record(LockOperation.Kind.RELEASED, acquisition, System.nanoTime() - acquisition.grantedNanos());
		}
		else {
			throw new IllegalStateException("Not granted");
		}
	}

	private HoldCell cellOf(Acquisition reader) {
		return Objects.requireNonNull(this.recorder.cell(reader.slot()));
	}

	private void record(LockOperation.Kind operation, Acquisition acquisition, long heldNanos) {
		this.recorder
			.record(new LockEvent(operation, acquisition.resource(), acquisition.type(), acquisition.owner().name(),
					null, null, System.nanoTime(), acquisition.waitedNanos(), acquisition.hasWaited(), heldNanos));
	}

}
