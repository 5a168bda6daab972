package io.github.locks.file;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * Hands out numbers that only grow, across processes, restarts and clock changes: the
 * last number is in a file, and the clock only ever makes it jump forward. The file is
 * mapped, as reading a channel could be ended by an interrupt. Used under the mutex of
 * the directory.
 */
final class FencingSequence {

	/** What is returned when another process keeps the counter locked. */
	static final long BUSY = 0;

	private static final int ATTEMPTS = 100;

	private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

	private static final Duration PLAUSIBLE_LEAD = Duration.ofDays(3650);

	private final InstantSource clock;

	FencingSequence(InstantSource clock) {
		this.clock = clock;
	}

	/**
	 * Takes the next number.
	 * @param last the largest number this JVM has seen
	 * @return the number, or {@link #BUSY}
	 */
	long next(FileChannel channel, MappedByteBuffer number, long last) throws IOException {
		try (FileLock lock = lock(channel)) {
			if (lock == null) {
				return BUSY;
			}
			long now = ChronoUnit.MICROS.between(Instant.EPOCH, this.clock.instant());
			long previous = Math.max(number.getLong(0), last);
			if (previous > now + TimeUnit.MILLISECONDS.toMicros(PLAUSIBLE_LEAD.toMillis())) {
				throw new IOException("the fencing counter is damaged: it holds " + previous
						+ "; stop all users of the directory, then remove '.seq'");
			}
			long token = Math.max(previous + 1, now);
			number.putLong(0, token);
			return token;
		}
		catch (InternalError ex) {
			throw new IOException("the fencing counter '.seq' was cut off, or the disk is full", ex);
		}
	}

	/** Other processes hold this lock for microseconds, unless they are suspended. */
	private static @Nullable FileLock lock(FileChannel channel) throws IOException {
		FileLock lock = channel.tryLock(0, Long.BYTES, false);
		for (int i = 1; lock == null && i < ATTEMPTS; i++) {
			LockSupport.parkNanos(PAUSE_NANOS);
			lock = channel.tryLock(0, Long.BYTES, false);
		}
		return lock;
	}

}
