package io.github.locks.statistics;

import java.util.concurrent.atomic.LongAdder;

import io.github.locks.LockStatistics;
import io.github.locks.spi.LockEvent;

/**
 * Counts and times of one kind of lock of a resource.
 */
final class LockRecorder {

	/** Nothing has happened; nothing is recorded here. */
	static final LockRecorder EMPTY = new LockRecorder();

	private final LongAdder timeouts = new LongAdder();

	private final LongAdder failures = new LongAdder();

	private final Durations waits = new Durations();

	private final Durations holds = new Durations();

	void record(LockEvent event) {
		switch (event.operation()) {
			case ACQUIRED -> this.waits.add(event.waitNanos());
			case RELEASED, LOST -> this.holds.add(event.holdNanos());
			case TIMEOUT -> this.timeouts.increment();
			default -> this.failures.increment();
		}
	}

	LockStatistics snapshot(int holders, int waiters) {
		return new LockStatistics(this.waits.count(), this.holds.count(), this.timeouts.sum(), this.failures.sum(),
				this.waits.minMillis(), this.waits.averageMillis(), this.waits.maxMillis(), this.holds.minMillis(),
				this.holds.averageMillis(), this.holds.maxMillis(), holders, waiters);
	}

}
