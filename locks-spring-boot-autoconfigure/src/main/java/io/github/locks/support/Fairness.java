package io.github.locks.support;

import java.util.concurrent.TimeUnit;

/**
 * In which order requests for a lock inside of this process are served.
 */
public enum Fairness {

	/** First come, first served, without exception. */
	STRICT(0),

	/**
	 * A thread that runs may take a free lock before another one that waits for it, but
	 * has still to be woken: much faster where many threads want the same lock all the
	 * time. Who has waited for a millisecond, and runs, is not overtaken any more.
	 */
	BOUNDED(TimeUnit.MILLISECONDS.toNanos(1));

	private final int overtakingNanos;

	Fairness(long overtakingNanos) {
		this.overtakingNanos = (int) overtakingNanos;
	}

	int overtakingNanos() {
		return this.overtakingNanos;
	}

}
