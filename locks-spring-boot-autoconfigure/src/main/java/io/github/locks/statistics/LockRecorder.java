package io.github.locks.statistics;

import java.util.concurrent.atomic.AtomicLong;
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

	private final Sketch waitSketch = new Sketch();

	private final AtomicLong shortestTimeout = new AtomicLong(Long.MAX_VALUE);

	void record(LockEvent event, HoldSketches holdSketches) {
		switch (event.operation()) {
			case ACQUIRED -> acquired(event);
			case RELEASED, LOST -> ended(event, holdSketches);
			case TIMEOUT -> timedOut(event);
			default -> this.failures.increment();
		}
	}

	private void acquired(LockEvent event) {
		this.waits.add(event.waitNanos());
		this.waitSketch.add(event.waitNanos(), this.waits.count());
	}

	private void ended(LockEvent event, HoldSketches sketches) {
		this.holds.add(event.holdNanos());
		sketches.add(event.type(), event.holdNanos(), this.holds.count());
	}

	private void timedOut(LockEvent event) {
		this.timeouts.increment();
		if (!event.isBusy()) {
			this.shortestTimeout.accumulateAndGet(event.waitNanos(), Math::min);
		}
	}

	/** How long a request has waited in vain, at least; the greatest number if none. */
	long shortestTimeoutNanos() {
		return this.shortestTimeout.get();
	}

	/** Adds what was recorded here, without holds that nobody had to wait for. */
	void addTo(Totals sum) {
		sum.add(this.waits.count(), this.timeouts.sum(), this.waits.sum(), this.holds.sum());
	}

	/**
	 * Returns what was recorded here, and of holds that nobody had to wait for. Their
	 * release may be an event, so the events are read first: nothing is given back before
	 * it was acquired.
	 */
	LockStatistics snapshot(Supplier<HoldTally> tally, Sketch holdSketch, int holders, int waiters) {
		long released = this.holds.count();
		long heldNanos = this.holds.sum();
		long waited = this.waits.count();
		HoldTally direct = tally.get();
		long acquired = waited + direct.acquired;
		long maxHoldNanos = Math.max(this.holds.max(), direct.maxNanos);
		return new LockStatistics(acquired, released + direct.released, this.timeouts.sum(), this.failures.sum(),
				(direct.acquired > 0) ? 0 : ResourceRecorder.millis(this.waits.min()),
				average(this.waits.sum(), acquired), ResourceRecorder.millis(this.waits.max()),
				minMillis(Math.min(this.holds.minOr(Long.MAX_VALUE), direct.minNanos)),
				average(heldNanos + direct.sumNanos, released + direct.released), ResourceRecorder.millis(maxHoldNanos),
				holders, waiters, ResourceRecorder.millis(this.waits.sum()),
				ResourceRecorder.millis(heldNanos + direct.sumNanos),
				this.waitSketch.percentiles(acquired, waited, this.waits.max()),
				holdSketch.percentiles(released + direct.released, released + direct.measured, maxHoldNanos));
	}

	private static double minMillis(long nanos) {
		return (nanos == Long.MAX_VALUE) ? 0 : ResourceRecorder.millis(nanos);
	}

	private static double average(long nanos, long number) {
		return (number == 0) ? 0 : ResourceRecorder.millis(nanos / number);
	}

}
