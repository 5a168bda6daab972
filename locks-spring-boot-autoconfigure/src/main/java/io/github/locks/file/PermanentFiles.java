package io.github.locks.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * Opens the files of a lock directory that are never removed: {@code .guard}, which
 * orders the removal of lock files, and {@code .seq}, which is the {@link SharedPage}.
 *
 * @param directory the directory
 */
record PermanentFiles(LockDirectory directory) {

	static final String GUARD = ".guard";

	static final String SEQUENCE = ".seq";

	private static final int ATTEMPTS = 1000;

	private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	FileChannel openGuard() throws IOException {
		return this.directory.openFile(GUARD, true);
	}

	/**
	 * Opens the shared page, made long enough by one process at a time: another one would
	 * write over what is in use already.
	 */
	FileChannel openSequence(FileChannel guard) throws IOException {
		FileChannel channel = this.directory.openFile(SEQUENCE, true);
		boolean ready = false;
		try {
			if (channel.size() < SharedPage.SIZE) {
				extend(channel, guard);
			}
			ready = true;
			return channel;
		}
		finally {
			if (!ready) {
				channel.close();
			}
		}
	}

	private static void extend(FileChannel channel, FileChannel guard) throws IOException {
		try (FileLock lock = lock(guard)) {
			if (lock == null) {
				throw new IOException(
						"its file '.guard' stays locked by another process; if that is suspended, end it");
			}
			SharedPage.extend(channel);
		}
	}

	private static @Nullable FileLock lock(FileChannel channel) throws IOException {
		FileLock lock = channel.tryLock(0, 1, false);
		for (int i = 1; lock == null && i < ATTEMPTS; i++) {
			LockSupport.parkNanos(PAUSE_NANOS);
			lock = channel.tryLock(0, 1, false);
		}
		return lock;
	}

	/**
	 * Opens the file that tells that this JVM lives, as long as it is locked.
	 * @param id what this JVM is called
	 */
	FileChannel openAlive(String id) throws IOException {
		String name = id + PictureFiles.ALIVE;
		this.directory.delete(name);
		FileChannel channel = this.directory.openFile(name, true);
		boolean locked = false;
		try {
			// Others who look whether this JVM lives keep it for microseconds.
			locked = lock(channel) != null;
		}
		finally {
			if (!locked) {
				channel.close();
			}
		}
		if (!locked) {
			throw new IOException("its file '" + name + "' stays locked by another process, which must not touch it");
		}
		return channel;
	}

	/**
	 * What tells the files from others that replaced them, and from what is left of them.
	 * @param id what this JVM is called
	 */
	String identities(String id) throws IOException {
		BasicFileAttributes sequence = this.directory.attributes(SEQUENCE);
		String key = (sequence != null) ? sequence.fileKey() + " " + (sequence.size() >= SharedPage.SIZE) : "none";
		return this.directory.fileKey(GUARD) + " " + key + " " + this.directory.fileKey(id + PictureFiles.ALIVE);
	}

}
