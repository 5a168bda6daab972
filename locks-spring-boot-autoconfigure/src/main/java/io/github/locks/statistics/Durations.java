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

	double minMillis() {
		long nanos = this.min.get();
		return (nanos == Long.MAX_VALUE) ? 0 : ResourceRecorder.millis(nanos);
	}

	double averageMillis() {
		long number = this.count.sum();
		return (number == 0) ? 0 : ResourceRecorder.millis(this.sum.sum() / number);
	}

	double maxMillis() {
		return ResourceRecorder.millis(this.max.get());
	}

}
