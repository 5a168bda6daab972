package io.github.locks.file;

import java.nio.channels.FileChannel;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * The one channel of this JVM on a lock file, kept open between uses. As long as it is
 * open the inode of the file is not used again, so the file is the one at its name if,
 * and only if, their identities are equal. Built of JDK types, as all class loaders of
 * the JVM share it; used by who has claimed the file.
 */
final class OpenFile {

	/** Somebody who should not may have removed a file that nobody holds. */
	private static final long TRUST_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	private static final int CHANNEL = 0;

	private static final int IDENTITY = 1;

	private static final int NUMBERS = 2;

	private static final int USED = 0;

	private static final int RELEASED = 1;

	private static final int VERIFIED = 2;

	private static final int REMOVALS = 3;

	private static final int MARK = 4;

	private final Object[] shared;

	OpenFile(Object[] shared) {
		this.shared = shared;
	}

	/** A file that was opened while nobody could remove it. */
	static OpenFile create(String name, FileChannel channel, @Nullable Object identity, long removals, long nanos) {
		long[] numbers = { nanos, nanos - TRUST_NANOS, 0, 0, CrashMarks.of(name) };
		OpenFile file = new OpenFile(new Object[] { channel, identity, numbers });
		file.verified(removals, nanos);
		return file;
	}

	Object[] shared() {
		return this.shared;
	}

	FileChannel channel() {
		return (FileChannel) this.shared[CHANNEL];
	}

	/** {@code null} if the platform cannot tell a file from one that replaced it. */
	@Nullable Object identity() {
		return this.shared[IDENTITY];
	}

	/**
	 * Whether the file has been seen in its place, and no process has removed any since.
	 */
	boolean isVerified(long removals, long nanos) {
		return numbers()[REMOVALS] == removals && nanos - numbers()[VERIFIED] < TRUST_NANOS;
	}

	void verified(long removals, long nanos) {
		numbers()[VERIFIED] = nanos;
		numbers()[REMOVALS] = removals;
	}

	/** See {@link CrashMarks#of}. */
	long mark() {
		return numbers()[MARK];
	}

	void used(long nanos) {
		numbers()[USED] = nanos;
	}

	void released(long nanos) {
		numbers()[USED] = nanos;
		numbers()[RELEASED] = nanos;
	}

	long sinceUseNanos(long nanos) {
		return nanos - numbers()[USED];
	}

	long sinceReleaseNanos(long nanos) {
		return nanos - numbers()[RELEASED];
	}

	private long[] numbers() {
		return (long[]) this.shared[NUMBERS];
	}

}
