package io.github.locks.statistics;

import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/**
 * Number, sum, minimum and maximum of durations.
 */
final class Durations {

	private final LongAdder count = new LongAdder();

	private final LongAdder sum = new LongAdder();

	private final LongAccumulator min = new LongAccumulator(Math::min, Long.MAX_VALUE);

	private final LongAccumulator max = new LongAccumulator(Math::max, 0);

	void add(long nanos) {
		this.min.accumulate(nanos);
		this.max.accumulate(nanos);
		this.sum.add(nanos);
		this.count.increment();
	}

	long count() {
		return this.count.sum();
	}

	long sum() {
		return this.sum.sum();
	}

	long min() {
		return minOr(0);
	}

	/** The shortest, or something else if there is none. */
	long minOr(long none) {
		long nanos = this.min.get();
		return (nanos == Long.MAX_VALUE) ? none : nanos;
	}

	long max() {
		return this.max.get();
	}

}
