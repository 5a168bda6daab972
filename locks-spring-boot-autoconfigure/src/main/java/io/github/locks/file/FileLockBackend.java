package io.github.locks.file;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.ClosedDirectoryStreamException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import io.github.locks.LockBackendException;
import io.github.locks.LockHolder;
import io.github.locks.LockNames;
import io.github.locks.LockType;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.LockBackend;
import io.github.locks.spi.ReleaseWatch;
import org.jspecify.annotations.Nullable;

/**
 * Exclusive locks across the processes of one machine: one file for each locked resource,
 * locked by the kernel, which frees it at once when its process dies. The file's name is
 * a hash of the resource's name. Files are removed after use.
 * <p>
 * Removing a lock file is the classic way to give two processes the same lock. The rules
 * here: a lock file is removed only by a process that holds its lock <em>and</em> holds
 * {@code .guard} exclusively; it is opened and locked only while {@code .guard} is held
 * shared. So no removal can fall between opening and locking.
 * <p>
 * Kernel locks belong to the whole JVM and vanish when <em>any</em> descriptor of the
 * file is closed. So all users in a JVM share one table of claims ({@link JvmDirectory}),
 * a lock file is opened by nobody but the claimant, and no thread ever blocks in
 * {@link FileChannel#lock()}.
 */
public final class FileLockBackend implements LockBackend {

	static final String LOCK_SUFFIX = ".lock";

	private static final int GUARD_ATTEMPTS = 50;

	private static final long GUARD_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

	private final LockDirectory directory;

	private final JvmDirectory jvm;

	private final PermanentFiles permanentFiles;

	private final FencingSequence sequence = new FencingSequence(InstantSource.system());

	private final OwnerRecords records;

	private final FileHousekeeping housekeeping;

	private final ReleaseWatcher releases;

	private final AtomicBoolean closed = new AtomicBoolean();

	private FileLockBackend(LockDirectory directory, PermanentFiles permanentFiles, JvmDirectory jvm) {
		this.directory = directory;
		this.permanentFiles = permanentFiles;
		this.jvm = jvm;
		this.records = new OwnerRecords(directory);
		this.housekeeping = new FileHousekeeping(this, directory, this.records);
		this.releases = new ReleaseWatcher(directory.path());
	}

	/**
	 * Opens a lock directory, creating it if need be.
	 * @param directory the directory; relative to the working directory of the process
	 * @return a backend to close
	 * @throws LockBackendException if the directory cannot be used; the message says why
	 */
	public static FileLockBackend open(Path directory) {
		boolean interrupted = Thread.interrupted();
		LockDirectory opened = LockDirectories.open(directory);
		try {
			PermanentFiles permanentFiles = new PermanentFiles(opened);
			JvmDirectory jvm = JvmDirectory.join(opened.identity(), permanentFiles);
			FileLockBackend backend = new FileLockBackend(opened, permanentFiles, jvm);
			backend.housekeeping.start();
			return backend;
		}
		catch (IOException ex) {
			LockDirectories.closeQuietly(opened);
			throw LockDirectories.unusable(directory, ex);
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	@Override
	public Optional<Lease> tryAcquire(LeaseRequest request) {
		String file = fileOf(request.resource());
		Object claim = new Object();
		if (this.closed.get()) {
			throw closed(request.resource());
		}
		if (this.jvm.claims().putIfAbsent(file, claim) != null) {
			return Optional.empty();
		}
		FileLease lease = null;
		try {
			lease = acquire(request.resource(), file, claim);
		}
		catch (ClosedDirectoryStreamException | ClosedChannelException ex) {
			throw closed(request.resource());
		}
		catch (IOException ex) {
			throw failure("The lock file of ", request.resource(), " cannot be locked", ex);
		}
		finally {
			if (lease == null) {
				this.jvm.claims().remove(file, claim);
			}
		}
		if (lease != null) {
			this.housekeeping.publish(lease, request);
		}
		return Optional.ofNullable(lease);
	}

	private @Nullable FileLease acquire(String resource, String file, Object claim) throws IOException {
		this.jvm.mutex().lock();
		try {
			this.directory.checkInPlace();
			LockedFile locked = lockFile(file);
			return (locked != null) ? grant(resource, file, locked, claim) : null;
		}
		finally {
			this.jvm.mutex().unlock();
		}
	}

	private @Nullable LockedFile lockFile(String file) throws IOException {
		try (FileLock guard = lockGuard(true)) {
			FileLock lock = (guard != null) ? tryLock(file, true) : null;
			return (lock != null) ? identify(file, lock) : null;
		}
	}

	/** Remembers which file was locked; lets go of it if it was removed meanwhile. */
	private @Nullable LockedFile identify(String file, FileLock lock) throws IOException {
		BasicFileAttributes attributes = null;
		try {
			attributes = this.directory.attributes(file + LOCK_SUFFIX);
		}
		finally {
			if (attributes == null) {
				letGo(file, lock);
			}
		}
		return (attributes != null) ? new LockedFile(lock, attributes.fileKey()) : null;
	}

	/** Gives a locked file its token; lets go of it if there is none now. */
	private @Nullable FileLease grant(String resource, String file, LockedFile locked, Object claim)
			throws IOException {
		long token = FencingSequence.BUSY;
		try {
			token = this.sequence.next(this.jvm.sequence(), this.jvm.number(), this.jvm.lastToken());
		}
		finally {
			if (token == FencingSequence.BUSY) {
				letGo(file, locked.lock());
			}
		}
		if (token == FencingSequence.BUSY) {
			return null;
		}
		this.jvm.lastToken(token);
		return new FileLease(resource, file, (FileChannel) locked.lock().acquiredBy(), locked.lock(), locked.identity(),
				token, claim, new AtomicBoolean());
	}

	private void letGo(String file, FileLock lock) throws IOException {
		this.housekeeping.cleanLater(file);
		lock.acquiredBy().close();
	}

	/** Opens and locks a lock file; if it cannot be locked, it is closed again. */
	private @Nullable FileLock tryLock(String file, boolean create) throws IOException {
		this.jvm.retryParked(file);
		FileChannel channel = this.directory.openFile(file + LOCK_SUFFIX, create);
		FileLock lock = null;
		boolean closeable = true;
		try {
			lock = channel.tryLock();
		}
		catch (OverlappingFileLockException ex) {
			closeable = false;
			this.jvm.park(file, channel);
			throw JvmDirectory.lockedByForeignCode(ex);
		}
		finally {
			if (lock == null && closeable) {
				channel.close();
			}
		}
		return lock;
	}

	@Override
	public boolean renew(Lease lease) {
		FileLease held = (FileLease) lease;
		try {
			return held.lock().isValid() && this.directory.isInPlace() && isOnDisk(held);
		}
		catch (IOException ex) {
			throw failure("The lock file of ", lease.resource(), " cannot be looked at", ex);
		}
	}

	@Override
	public void release(Lease lease) {
		FileLease held = (FileLease) lease;
		if (!held.released().compareAndSet(false, true)) {
			return;
		}
		this.jvm.mutex().lock();
		try (FileChannel channel = held.channel(); FileLock guard = lockGuard(false)) {
			if (guard == null) {
				this.housekeeping.cleanLater(held.file());
			}
			else if (isOnDisk(held)) {
				this.directory.delete(held.file() + LOCK_SUFFIX);
			}
			held.lock().release();
		}
		catch (ClosedDirectoryStreamException ex) {
			// The backend was closed before; its sweep, or that of another process,
			// cleans up.
		}
		catch (IOException ex) {
			throw failure("The lock file of ", lease.resource(), " cannot be removed", ex);
		}
		finally {
			this.jvm.mutex().unlock();
			this.jvm.claims().remove(held.file(), held.claim());
			this.housekeeping.withdraw(held);
		}
	}

	@Override
	public Optional<LockHolder> inspect(String resource) {
		try {
			return this.records.find(fileOf(resource), resource);
		}
		catch (IOException | ClosedDirectoryStreamException ex) {
			return Optional.empty();
		}
	}

	@Override
	public ReleaseWatch watch(String resource, Runnable wakeUp) {
		return this.releases.watch(fileOf(resource), wakeUp);
	}

	/** Whether this JVM uses a lock file now. */
	boolean isClaimed(String file) {
		return this.jvm.claims().containsKey(file);
	}

	/**
	 * Removes a lock file that nobody holds.
	 * @return {@code false} if it could not be told now, as others use the file or the
	 * directory
	 */
	boolean clean(String file) throws IOException {
		Object claim = new Object();
		if (this.jvm.claims().putIfAbsent(file, claim) != null) {
			return false;
		}
		this.jvm.mutex().lock();
		try (FileLock guard = lockGuard(false)) {
			if (guard == null) {
				return false;
			}
			if (this.directory.attributes(file + LOCK_SUFFIX) != null) {
				removeIfFree(file);
			}
			return true;
		}
		finally {
			this.jvm.mutex().unlock();
			this.jvm.claims().remove(file, claim);
		}
	}

	private void removeIfFree(String file) throws IOException {
		FileLock lock = tryLock(file, false);
		if (lock != null) {
			try (FileChannel channel = (FileChannel) lock.acquiredBy()) {
				this.directory.delete(file + LOCK_SUFFIX);
				this.directory.delete(file + OwnerRecords.SUFFIX);
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

	private boolean isOnDisk(FileLease lease) throws IOException {
		Object onDisk = this.directory.fileKey(lease.file() + LOCK_SUFFIX);
		return (lease.identity() != null) ? lease.identity().equals(onDisk)
				: this.directory.attributes(lease.file() + LOCK_SUFFIX) != null;
	}

	@Override
	public void close() {
		if (this.closed.compareAndSet(false, true)) {
			this.releases.close();
			this.housekeeping.close();
			this.jvm.leave();
			LockDirectories.closeQuietly(this.directory);
		}
	}

	private LockBackendException failure(String what, String resource, String problem, IOException cause) {
		return new LockBackendException(
				what + LockNames.quote(resource) + problem + " in the lock directory '" + this.directory.path()
						+ "' ('locks.directory'): " + LockDirectories.explain(cause),
				resource, LockType.DISTRIBUTED, cause);
	}

	private LockBackendException closed(String resource) {
		return new LockBackendException("The lock directory '" + this.directory.path() + "' was closed.", resource,
				LockType.DISTRIBUTED, null);
	}

	static String fileOf(String resource) {
		try {
			byte[] name = resource.getBytes(StandardCharsets.UTF_8);
			return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(name));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every JDK has SHA-256", ex);
		}
	}

	@Override
	public String toString() {
		return "the lock directory '" + this.directory.path().toAbsolutePath().normalize() + "'";
	}

	/**
	 * A file that was locked.
	 *
	 * @param lock the kernel's lock
	 * @param identity what tells the file from one that replaced it, or {@code null} if
	 * the platform cannot tell
	 */
	private record LockedFile(FileLock lock, @Nullable Object identity) {
	}

}
