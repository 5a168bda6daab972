package io.github.locks.support;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * How long a lease is valid for certain, as this process sees it: counted from before it
 * was asked for, and with a margin for clocks that do not run at the same speed. The
 * monotonic clock may stop while a machine is suspended, and the other may be set: the
 * one that is over first counts. What is over stays over, whatever a late answer says.
 * Safe for use by several threads.
 */
final class Validity {

	/** That of a lease which lasts until it is given back. */
	static final Validity UNLIMITED = new Validity(Optional.empty(), InstantSource.system(), null);

	private static final long LEAST_MARGIN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	private static final int MARGIN_PART = 100;

	private final Optional<Duration> timeToLive;

	private final InstantSource clock;

	/** Until when; {@code null} once it is over. */
	private final AtomicReference<@Nullable Deadline> deadline;

	private Validity(Optional<Duration> timeToLive, InstantSource clock, @Nullable Deadline deadline) {
		this.timeToLive = timeToLive;
		this.clock = clock;
		this.deadline = new AtomicReference<>(deadline);
	}

	/**
	 * The validity of a lease.
	 * @param timeToLive how long it lasts without a renewal, if that is limited
	 * @param asked when it was asked for, at the latest
	 */
	static Validity of(Optional<Duration> timeToLive, Moment asked, InstantSource clock) {
		return timeToLive.map((time) -> new Validity(timeToLive, clock, Deadline.of(asked, time))).orElse(UNLIMITED);
	}

	boolean isLimited() {
		return this.timeToLive.isPresent();
	}

	/** Whether it is over now; then for ever. */
	boolean isOver() {
		return isLimited() && isOver(Moment.now(this.clock));
	}

	private boolean isOver(Moment now) {
		Deadline current = this.deadline.get();
		if (current == null) {
			return true;
		}
		// Whoever extends it at the same time may be the first.
		return current.isOver(now) && (this.deadline.compareAndSet(current, null) || isOver(now));
	}

	/**
	 * Makes it last longer.
	 * @param asked when the renewal was asked for, at the latest
	 * @return {@code false} if it was over already
	 */
	boolean extend(Moment asked) {
		if (!isLimited()) {
			return true;
		}
		Deadline extended = Deadline.of(asked, this.timeToLive.orElseThrow());
		Moment now = Moment.now(this.clock);
		while (true) {
			Deadline current = this.deadline.get();
			if (current == null || isOver(now)) {
				return false;
			}
			if (this.deadline.compareAndSet(current, extended)) {
				return true;
			}
		}
	}

	/** It is over before its time: somebody knows that the lease is lost. */
	void end() {
		if (isLimited()) {
			this.deadline.set(null);
		}
	}

	/** What is left of it, by the monotonic clock. */
	long remainingNanos() {
		Deadline current = this.deadline.get();
		return (current != null) ? current.nanos() - System.nanoTime() : 0;
	}

	/**
	 * A moment, by both clocks.
	 *
	 * @param nanos a value of {@link System#nanoTime()}
	 * @param millis milliseconds since the epoch
	 */
	record Moment(long nanos, long millis) {

		static Moment now(InstantSource clock) {
			return new Moment(System.nanoTime(), clock.millis());
		}

	}

	/**
	 * The first moment at which it is not valid any more, by each of the clocks.
	 *
	 * @param nanos a value of {@link System#nanoTime()}
	 * @param millis milliseconds since the epoch
	 */
	private record Deadline(long nanos, long millis) {

		static Deadline of(Moment asked, Duration timeToLive) {
			long nanos = LockSettings.nanos(timeToLive);
			long valid = Math.max(0, nanos - Math.max(nanos / MARGIN_PART, LEAST_MARGIN_NANOS));
			return new Deadline(asked.nanos() + valid, asked.millis() + TimeUnit.NANOSECONDS.toMillis(valid));
		}

		boolean isOver(Moment now) {
			return now.nanos() - this.nanos >= 0 || now.millis() >= this.millis;
		}

	}

}
