package io.github.locks.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.util.Objects;

import io.github.locks.LockType;
import org.jspecify.annotations.Nullable;

/**
 * A lock file that the kernel has locked for this JVM. Byte 0 is a turnstile, byte 1 the
 * data. A writer locks the turnstile, then the data, and keeps both; a reader passes the
 * turnstile and shares the data. So a writer that waits for the readers inside keeps
 * further ones out. (The idea is that of the pending lock of SQLite.) An exclusive lock
 * without readers takes both at once.
 *
 * @param data the lock that excludes, and of an exclusive lock without readers the only
 * one
 * @param turnstile keeps others out who would share the data
 */
record KernelLock(FileLock data, @Nullable FileLock turnstile) {

	/** Locks a file if that is possible at once. */
	static @Nullable KernelLock tryLock(FileChannel channel, LockType type) throws IOException {
		return lock(channel, type, false);
	}

	/**
	 * Locks a file, however long that takes. Only for a thread whom nobody but its waiter
	 * interrupts: an interrupt closes the channel.
	 */
	static KernelLock lock(FileChannel channel, LockType type) throws IOException {
		return Objects.requireNonNull(lock(channel, type, true));
	}

	private static @Nullable KernelLock lock(FileChannel channel, LockType type, boolean wait) throws IOException {
		if (type == LockType.DISTRIBUTED) {
			FileLock both = lock(channel, 0, 2, false, wait);
			return (both != null) ? new KernelLock(both, null) : null;
		}
		FileLock turnstile = lock(channel, 0, 1, !type.isExclusive(), wait);
		return (turnstile != null) ? pass(channel, turnstile, type.isExclusive(), wait) : null;
	}

	private static @Nullable KernelLock pass(FileChannel channel, FileLock turnstile, boolean exclusive, boolean wait)
			throws IOException {
		FileLock data = null;
		try {
			data = lock(channel, 1, 1, !exclusive, wait);
		}
		finally {
			if ((data == null || !exclusive) && turnstile.isValid()) {
				turnstile.release();
			}
		}
		return (data != null) ? new KernelLock(data, exclusive ? turnstile : null) : null;
	}

	private static @Nullable FileLock lock(FileChannel channel, long position, long size, boolean shared, boolean wait)
			throws IOException {
		try {
			return wait ? channel.lock(position, size, shared) : channel.tryLock(position, size, shared);
		}
		catch (OverlappingFileLockException ex) {
			throw new IOException("other code in this JVM has locked the file; lock files must not be touched", ex);
		}
	}

	/**
	 * Lets other readers in, but nobody before this one has become a reader: whoever
	 * comes stands before the turnstile.
	 */
	KernelLock downgrade() throws IOException {
		FileLock kept = this.turnstile;
		if (kept == null) {
			throw new IllegalStateException("Not the lock of a writer");
		}
		FileChannel channel = (FileChannel) this.data.acquiredBy();
		this.data.release();
		FileLock shared = lock(channel, 1, 1, true, false);
		kept.release();
		if (shared == null) {
			throw new IOException("other code has locked the file; lock files must not be touched");
		}
		return new KernelLock(shared, null);
	}

	void release() throws IOException {
		this.data.release();
		FileLock kept = this.turnstile;
		if (kept != null) {
			kept.release();
		}
	}

	boolean isValid() {
		return this.data.isValid();
	}

}
