package io.github.locks.statistics;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

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

	/**
	 * Returns what was recorded here, and of holds that nobody had to wait for. Their
	 * release may be an event, so the events are read first: nothing is given back before
	 * it was acquired.
	 */
	LockStatistics snapshot(Supplier<HoldTally> tally, int holders, int waiters) {
		long released = this.holds.count();
		long heldNanos = this.holds.sum();
		HoldTally direct = tally.get();
		long acquired = this.waits.count() + direct.acquired;
		return new LockStatistics(acquired, released + direct.released, this.timeouts.sum(), this.failures.sum(),
				(direct.acquired > 0) ? 0 : ResourceRecorder.millis(this.waits.min()),
				average(this.waits.sum(), acquired), ResourceRecorder.millis(this.waits.max()),
				minMillis(Math.min(this.holds.minOr(Long.MAX_VALUE), direct.minNanos)),
				average(heldNanos + direct.sumNanos, released + direct.released),
				ResourceRecorder.millis(Math.max(this.holds.max(), direct.maxNanos)), holders, waiters);
	}

	private static double minMillis(long nanos) {
		return (nanos == Long.MAX_VALUE) ? 0 : ResourceRecorder.millis(nanos);
	}

	private static double average(long nanos, long number) {
		return (number == 0) ? 0 : ResourceRecorder.millis(nanos / number);
	}

}
