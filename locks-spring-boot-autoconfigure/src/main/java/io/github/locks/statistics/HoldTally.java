package io.github.locks.statistics;

/**
 * A number of holds that nobody had to wait for, and how long they took.
 */
final class HoldTally {

	long acquired;

	long released;

	/** How many of them took longer than nothing, by the clock that was used. */
	long measured;

	long sumNanos;

	long minNanos = Long.MAX_VALUE;

	long maxNanos;

	void released(long nanos) {
		this.released++;
		this.measured += (nanos > 0) ? 1 : 0;
		this.sumNanos += nanos;
		this.minNanos = Math.min(this.minNanos, nanos);
		this.maxNanos = Math.max(this.maxNanos, nanos);
	}

	void add(HoldTally other) {
		this.acquired += other.acquired;
		this.released += other.released;
		this.measured += other.measured;
		this.sumNanos += other.sumNanos;
		this.minNanos = Math.min(this.minNanos, other.minNanos);
		this.maxNanos = Math.max(this.maxNanos, other.maxNanos);
	}

}
