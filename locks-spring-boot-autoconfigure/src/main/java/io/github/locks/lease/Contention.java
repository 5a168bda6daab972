package io.github.locks.lease;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether others wait for a lease, as far as is known: the server says so with some
 * answers, and is asked once in a while if somebody wants to know. Safe for use by
 * several threads.
 */
final class Contention {

	private static final long KNOWN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private final AtomicLong knownSince = new AtomicLong(System.nanoTime());

	private volatile boolean contended;

	Contention(boolean contended) {
		this.contended = contended;
	}

	void learn(boolean news) {
		this.contended = news;
		this.knownSince.set(System.nanoTime());
	}

	/** Returns what is known, and has it found out anew if that was long ago. */
	boolean isContended(Runnable findOut) {
		long now = System.nanoTime();
		long known = this.knownSince.get();
		if (now - known >= KNOWN_NANOS && this.knownSince.compareAndSet(known, now)) {
			findOut.run();
		}
		return this.contended;
	}

}
