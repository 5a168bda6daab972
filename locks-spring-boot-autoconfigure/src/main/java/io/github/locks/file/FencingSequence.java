package io.github.locks.file;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Hands out numbers that only grow, across processes, restarts and clock changes: the
 * last number is in a file, and the clock only ever makes it jump forward. Used under the
 * mutex of the directory.
 */
final class FencingSequence {

	private static final long MAX_WAIT_NANOS = TimeUnit.SECONDS.toNanos(2);

	private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

	private final RandomAccessFile file;

	private final InstantSource clock;

	FencingSequence(RandomAccessFile file, InstantSource clock) {
		this.file = file;
		this.clock = clock;
	}

	long next() throws IOException {
		try (FileLock lock = lock()) {
			long previous = (this.file.length() >= Long.BYTES) ? readLong() : 0;
			if (previous < 0 || previous == Long.MAX_VALUE) {
				throw new IOException("The fencing counter is damaged: it holds " + previous
						+ ". Stop all users of the lock directory, then remove the file '.seq'");
			}
			long token = Math.max(previous + 1, ChronoUnit.MICROS.between(Instant.EPOCH, this.clock.instant()));
			this.file.seek(0);
			this.file.writeLong(token);
			return token;
		}
	}

	private long readLong() throws IOException {
		this.file.seek(0);
		return this.file.readLong();
	}

	/** Other processes hold this lock for microseconds. */
	private FileLock lock() throws IOException {
		long start = System.nanoTime();
		for (FileLock lock = tryLock();; lock = tryLock()) {
			if (lock != null) {
				return lock;
			}
			if (System.nanoTime() - start > MAX_WAIT_NANOS) {
				throw new IOException("Another process keeps the fencing counter locked, maybe it is suspended");
			}
			LockSupport.parkNanos(PAUSE_NANOS);
		}
	}

	private FileLock tryLock() throws IOException {
		return this.file.getChannel().tryLock(0, Long.BYTES, false);
	}

}
