package io.github.locks.file;

import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.locks.spi.Lease;
import org.jspecify.annotations.Nullable;

/**
 * A lock file that this process has locked.
 *
 * @param resource name of the resource
 * @param file name of the lock file
 * @param channel the only channel of this JVM on the file
 * @param lock the kernel's lock
 * @param identity what tells the file from one that replaced it
 * @param fencingToken the token
 * @param claim what keeps other users in this JVM away from the file
 * @param released whether it was given back
 */
record FileLease(String resource, String file, FileChannel channel, FileLock lock, @Nullable Object identity,
		long fencingToken, Object claim, AtomicBoolean released) implements Lease {

	/** How soon the removal of a lock file is noticed. */
	private static final Duration WATCH_INTERVAL = Duration.ofMillis(500);

	@Override
	public Duration renewalInterval() {
		return WATCH_INTERVAL;
	}

}
