package io.github.locks.file;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Hands out numbers that only grow, across processes, restarts and clock changes: the
 * last number is in the {@link SharedPage}, and the clock only ever makes it jump
 * forward.
 *
 * @param clock the clock
 */
record FencingSequence(InstantSource clock) {

	private static final int NANOS_PER_MICRO = 1_000;

	private static final Duration PLAUSIBLE_LEAD = Duration.ofDays(3650);

	/**
	 * Takes the next number.
	 * @param last the largest number this JVM has seen, whatever became of the page
	 * @throws IOException if the counter is damaged
	 */
	long next(SharedPage page, AtomicLong last) throws IOException {
		while (true) {
			long known = page.token();
			long token = after(Math.max(known, last.get()));
			if (page.token(known, token)) {
				last.accumulateAndGet(token, Math::max);
				return token;
			}
		}
	}

	private long after(long previous) throws IOException {
		Instant instant = this.clock.instant();
		long now = TimeUnit.SECONDS.toMicros(instant.getEpochSecond()) + instant.getNano() / NANOS_PER_MICRO;
		if (previous > now + TimeUnit.MILLISECONDS.toMicros(PLAUSIBLE_LEAD.toMillis())) {
			throw new IOException("the fencing counter is damaged: it holds " + previous
					+ "; stop all users of the directory, then remove '.seq'");
		}
		return Math.max(previous + 1, now);
	}

}
