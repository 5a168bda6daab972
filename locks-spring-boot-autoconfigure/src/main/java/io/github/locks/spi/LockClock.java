package io.github.locks.spi;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Tells the time for statistics. The coarse clock is a number in memory that a thread
 * writes every few milliseconds: to read it costs a fraction of what
 * {@link System#nanoTime()} costs, which alone takes longer than an uncontended lock. The
 * thread ends when nobody has asked for a second; whoever asks then gets the exact time,
 * and starts it again. Both clocks give values of {@link System#nanoTime()}; the coarse
 * one is never ahead.
 * <p>
 * Safe for use by several threads.
 */
public enum LockClock {

	/** Exact to the clock of the system. */
	EXACT,

	/** Behind by some milliseconds at most, if the machine is not overloaded. */
	COARSE;

	/**
	 * Returns the time.
	 * @return a value of {@link System#nanoTime()}, now or some milliseconds ago
	 */
	public long nanos() {
		return (this == EXACT) ? System.nanoTime() : Ticker.nanos();
	}

	/**
	 * Writes the time.
	 */
	private static final class Ticker {

		private static final long STOPPED = 0;

		private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

		private static final int IDLE_TICKS = 200;

		private static final AtomicBoolean RUNNING = new AtomicBoolean();

		private static volatile long now = STOPPED;

		private static volatile boolean used;

		private Ticker() {
		}

		static long nanos() {
			long time = now;
			if (time == STOPPED) {
				return start();
			}
			if (!used) {
				used = true;
			}
			return time;
		}

		private static long start() {
			if (RUNNING.compareAndSet(false, true)) {
				try {
					new LockThreadFactory("clock").newThread(Ticker::run).start();
				}
				catch (Throwable ex) {
					// Without a thread all times are exact.
					RUNNING.set(false);
				}
			}
			return System.nanoTime();
		}

		private static void run() {
			try {
				for (int idle = 0; idle < IDLE_TICKS; idle = used ? 0 : idle + 1) {
					used = false;
					now = System.nanoTime();
					LockSupport.parkNanos(TICK_NANOS);
				}
			}
			finally {
				now = STOPPED;
				RUNNING.set(false);
			}
		}

	}

}
