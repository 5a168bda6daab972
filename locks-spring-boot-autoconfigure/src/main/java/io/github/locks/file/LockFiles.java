package io.github.locks.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.locks.LockType;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Opens, locks, verifies and removes lock files by the rules that keep two processes from
 * having the same lock (see {@code docs/lock-directory.md}). A file is claimed in
 * {@link JvmDirectory#claims} by whoever calls a method with its name. Safe for use by
 * several threads.
 */
final class LockFiles {

	private static final Log logger = LogFactory.getLog(LockFiles.class);

	static final String SUFFIX = ".lock";

	private static final int OPEN_ATTEMPTS = 3;

	private static final int GUARD_ATTEMPTS = 50;

	private static final long GUARD_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

	/** How long removed surroundings may stay unnoticed by who takes a free lock. */
	private static final long TRUST_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	/** So many calls after the start the code is compiled. */
	private static final int CALLS_UNTIL_COMPILED = 2_000;

	private final LockDirectory directory;

	private final PermanentFiles permanentFiles;

	private final JvmDirectory jvm;

	/** Need not be exact. */
	private int calls;

	LockFiles(LockDirectory directory, PermanentFiles permanentFiles, JvmDirectory jvm) {
		this.directory = directory;
		this.permanentFiles = permanentFiles;
		this.jvm = jvm;
	}

	/**
	 * Locks the file that is at its name, if that is possible at once.
	 * @return the lock, or {@code null} if others keep it, or keep the directory busy
	 */
	@Nullable KernelLock tryLock(String file, LockType type, long now) throws IOException {
		return lock(file, type, false, now);
	}

	/**
	 * Waits for other processes, which an interrupt ends.
	 * @return the lock, or {@code null} if others keep the directory busy
	 */
	@Nullable KernelLock lock(String file, LockType type) throws IOException {
		return lock(file, type, true, System.nanoTime());
	}

	private @Nullable KernelLock lock(String file, LockType type, boolean wait, long start) throws IOException {
		checkSurroundings(start);
		for (int i = 0; i < OPEN_ATTEMPTS; i++) {
			OpenFile open = open(file);
			KernelLock lock = (open != null) ? lock(open, type, wait, start) : null;
			if (open == null || lock == null || keep(file, open, lock, wait, start)) {
				return lock;
			}
		}
		return null;
	}

	private static @Nullable KernelLock lock(OpenFile open, LockType type, boolean wait, long now) throws IOException {
		open.used(now);
		return wait ? KernelLock.lock(open.channel(), type) : KernelLock.tryLock(open.channel(), type);
	}

	/** Gives up the lock of a file that is not the one at its name any more. */
	private boolean keep(String file, OpenFile open, KernelLock lock, boolean waited, long start) throws IOException {
		boolean inPlace = false;
		try {
			long now = waited ? System.nanoTime() : start;
			if (waited) {
				checkSurroundings(now);
			}
			inPlace = isVerified(file, open, now);
		}
		finally {
			if (!inPlace) {
				lock.release();
				close(file, open);
			}
		}
		return inPlace;
	}

	private boolean isVerified(String file, OpenFile open, long now) throws IOException {
		long removals = this.jvm.page().removals();
		if (open.isVerified(removals, now)) {
			return true;
		}
		boolean inPlace = isInPlace(file, open);
		if (inPlace) {
			open.verified(removals, now);
		}
		return inPlace;
	}

	/** Whether an open file is still the one at its name. */
	boolean isInPlace(String file, OpenFile open) throws IOException {
		BasicFileAttributes attributes = this.directory.attributes(file + SUFFIX);
		return attributes != null && (open.identity() == null || open.identity().equals(attributes.fileKey()));
	}

	/** Whether the file that this JVM may have open is still the one at its name. */
	boolean isInPlace(String file) throws IOException {
		Object[] open = this.jvm.openFiles().get(file);
		return open == null || isInPlace(file, new OpenFile(open));
	}

	private @Nullable OpenFile open(String file) throws IOException {
		Object[] known = this.jvm.openFiles().get(file);
		if (known != null && new OpenFile(known).channel().isOpen()) {
			return new OpenFile(known);
		}
		this.jvm.mutex().lock();
		try (FileLock guard = lockGuard(true)) {
			return (guard != null) ? openAndIdentify(file) : null;
		}
		finally {
			this.jvm.mutex().unlock();
		}
	}

	/** While nobody can remove it: so it is known which file was opened. */
	private OpenFile openAndIdentify(String file) throws IOException {
		long removals = this.jvm.page().removals();
		FileChannel channel = this.directory.openFile(file + SUFFIX, true);
		OpenFile open = null;
		try {
			BasicFileAttributes attributes = this.directory.attributes(file + SUFFIX);
			if (attributes == null) {
				throw new IOException("it was removed while it was opened; lock files must not be touched");
			}
			open = OpenFile.create(file, channel, attributes.fileKey(), removals, System.nanoTime());
			this.jvm.openFiles().put(file, open.shared());
			return open;
		}
		finally {
			if (open == null) {
				channel.close();
			}
		}
	}

	/** Forgets a file; this JVM must not have it locked. */
	void close(String file, OpenFile open) throws IOException {
		this.jvm.openFiles().remove(file, open.shared());
		open.channel().close();
	}

	/** The same, for who can do nothing about a failure. */
	void closeQuietly(String file, OpenFile open) {
		try {
			close(file, open);
		}
		catch (IOException ex) {
			logger.debug("A lock file was not closed cleanly", ex);
		}
	}

	/** Notices a directory or permanent files that somebody has taken away. */
	void checkSurroundings(long now) throws IOException {
		if (!isInterpreted() && !isTimeToCheck(now)) {
			return;
		}
		boolean fine = false;
		this.jvm.mutex().lock();
		try {
			this.directory.checkInPlace();
			if (!this.jvm.isInPlace(this.permanentFiles)) {
				this.jvm.reopen(this.permanentFiles);
			}
			fine = true;
		}
		finally {
			if (!fine) {
				this.jvm.checkedNanos().compareAndSet(now, now - TRUST_NANOS);
			}
			this.jvm.mutex().unlock();
		}
	}

	private boolean isTimeToCheck(long now) {
		long checked = this.jvm.checkedNanos().get();
		return now - checked >= TRUST_NANOS && this.jvm.checkedNanos().compareAndSet(checked, now);
	}

	/**
	 * Whether the code may not be compiled yet. Then the JVM does not survive that
	 * {@link SharedPage} exchanges a token in a file which was cut off.
	 */
	private boolean isInterpreted() {
		return this.calls < CALLS_UNTIL_COMPILED && ++this.calls < CALLS_UNTIL_COMPILED;
	}

	/**
	 * Removes a lock file if nobody has locked it.
	 * @return {@code false} if it could not be told now, as the directory was busy
	 */
	boolean clean(String file) throws IOException {
		this.jvm.mutex().lock();
		try (FileLock guard = lockGuard(false)) {
			if (guard == null) {
				return false;
			}
			OpenFile open = openExisting(file);
			if (open != null) {
				cleanOpened(file, open);
			}
			return true;
		}
		finally {
			this.jvm.mutex().unlock();
		}
	}

	private @Nullable OpenFile openExisting(String file) throws IOException {
		Object[] known = this.jvm.openFiles().get(file);
		if (known != null) {
			return new OpenFile(known);
		}
		return (this.directory.attributes(file + SUFFIX) != null) ? openAndIdentify(file) : null;
	}

	/**
	 * Foreign code in this JVM that has locked the file would lose its lock by a close.
	 */
	private void cleanOpened(String file, OpenFile open) throws IOException {
		FileLock all;
		try {
			all = open.channel().isOpen() ? open.channel().tryLock() : null;
		}
		catch (OverlappingFileLockException ex) {
			return;
		}
		try {
			// Without an identity others could not see that the file is gone.
			if (all != null && open.identity() != null && isInPlace(file, open)) {
				this.jvm.page().countRemoval();
				this.directory.delete(file + SUFFIX);
			}
		}
		finally {
			close(file, open);
		}
	}

	/** The files that this JVM has open, but has not used for a while. */
	void forEachIdle(long nanos, FileTask task) {
		long now = System.nanoTime();
		for (Map.Entry<String, Object[]> entry : this.jvm.openFiles().entrySet()) {
			if (!this.jvm.claims().containsKey(entry.getKey())
					&& new OpenFile(entry.getValue()).sinceUseNanos(now) >= nanos) {
				task.run(entry.getKey());
			}
		}
	}

	/**
	 * Locks the guard. Other processes keep it for microseconds; one that cleans keeps
	 * all others out. If somebody has removed the permanent files, they are made anew.
	 * @return the lock, or {@code null} if it was not to be had
	 */
	private @Nullable FileLock lockGuard(boolean shared) throws IOException {
		FileLock lock = this.jvm.guard().tryLock(0, 1, shared);
		for (int i = 1; lock == null && shared && i < GUARD_ATTEMPTS; i++) {
			LockSupport.parkNanos(GUARD_PAUSE_NANOS);
			lock = this.jvm.guard().tryLock(0, 1, true);
		}
		return (lock != null) ? inPlace(lock) : null;
	}

	/** Keeps the lock of a guard that is still in its place; lets go of all others. */
	private @Nullable FileLock inPlace(FileLock lock) throws IOException {
		boolean keep = false;
		try {
			keep = this.jvm.isInPlace(this.permanentFiles);
		}
		finally {
			if (!keep) {
				lock.release();
			}
		}
		if (!keep) {
			this.jvm.reopen(this.permanentFiles);
		}
		return keep ? lock : null;
	}

	/**
	 * What is done with a file.
	 */
	interface FileTask {

		void run(String file);

	}

}
