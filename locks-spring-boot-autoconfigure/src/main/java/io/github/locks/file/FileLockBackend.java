package io.github.locks.file;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.ClosedDirectoryStreamException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.locks.LockBackendException;
import io.github.locks.LockHolder;
import io.github.locks.LockNames;
import io.github.locks.LockType;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.LockBackend;
import io.github.locks.spi.ProcessPicture;
import io.github.locks.spi.ReleaseWatch;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Locks across the processes of one machine: one file for each locked resource, locked by
 * the kernel, which frees it at once when its process dies. The file's name is a hash of
 * the resource's name. Files stay for a second after their last use, and are removed
 * then.
 * <p>
 * Removing a lock file is the classic way to give two processes the same lock. The rules
 * here: a lock file is removed only by a process that holds its lock <em>and</em> holds
 * {@code .guard} exclusively; it is opened only while {@code .guard} is held shared, so
 * it is known which file was opened; and who has locked it makes sure that it is still
 * the one at its name.
 * <p>
 * Kernel locks belong to the whole JVM and vanish when <em>any</em> descriptor of the
 * file is closed. So all users in a JVM share one table of claims ({@link JvmDirectory}),
 * a lock file is opened by nobody but the claimant, and only the threads of
 * {@link KernelWaits} ever block in the kernel.
 */
public final class FileLockBackend implements LockBackend {

	private static final Log logger = LogFactory.getLog(FileLockBackend.class);

	/** Whoever has just given a lock back lets others go first, if there are any. */
	private static final long GIVE_WAY_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

	/** How long it is believed that somebody waits, who says so again sooner. */
	private static final long WAIT_HINT_NANOS = TimeUnit.MILLISECONDS.toNanos(750);

	private final LockDirectory directory;

	private final JvmDirectory jvm;

	private final LockFiles files;

	private final FencingSequence sequence = new FencingSequence(InstantSource.system());

	private final LockFileNames names = new LockFileNames();

	private final PictureFiles pictures;

	private final FileHousekeeping housekeeping;

	private final KernelWaits waits = new KernelWaits();

	private final AtomicBoolean closed = new AtomicBoolean();

	private FileLockBackend(LockDirectory directory, PermanentFiles permanentFiles, JvmDirectory jvm) {
		this.directory = directory;
		this.jvm = jvm;
		this.files = new LockFiles(directory, permanentFiles, jvm);
		this.pictures = new PictureFiles(directory, jvm);
		this.housekeeping = new FileHousekeeping(this, directory, this.pictures);
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
			checkContention(opened, jvm);
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

	private static void checkContention(LockDirectory directory, JvmDirectory jvm) throws IOException {
		boolean checked = false;
		try {
			ContentionProbe.check(directory.path(), directory.path().resolve(jvm.id() + PictureFiles.ALIVE));
			checked = true;
		}
		finally {
			if (!checked && jvm.leave()) {
				directory.delete(jvm.id() + PictureFiles.ALIVE);
			}
		}
	}

	@Override
	public Optional<Lease> tryAcquire(LeaseRequest request) {
		if (this.closed.get()) {
			throw closed(request.resource());
		}
		String file = this.names.of(request.resource(), request.type());
		KernelWait wait = this.waits.find(file);
		try {
			return (wait != null) ? ask(wait, request) : ask(request, file);
		}
		catch (ClosedDirectoryStreamException | ClosedChannelException ex) {
			throw closed(request.resource());
		}
		catch (IOException ex) {
			throw failure("The lock file of ", request.resource(), " cannot be locked", ex);
		}
		catch (InternalError ex) {
			throw failure("The lock file of ", request.resource(), " cannot be locked", truncated(ex));
		}
	}

	/** The JVM reports like this that a mapped file ends before its memory does. */
	private static IOException truncated(InternalError ex) {
		return new IOException(
				"its file '.seq' was cut off by somebody; it is repaired at once, nothing else may touch it", ex);
	}

	/**
	 * Somebody waits in the kernel for this; it is only looked at whether it makes sense.
	 */
	private Optional<Lease> ask(KernelWait wait, LeaseRequest request) throws IOException {
		Optional<Lease> lease = wait.take(request);
		if (lease.isPresent()) {
			waitEnded(wait.file(), wait);
		}
		else {
			this.files.checkSurroundings(System.nanoTime());
			if (!this.files.isInPlace(wait.file())) {
				wait.interrupt();
			}
			wait.hinted(hintAtWait(wait.file()));
		}
		return lease;
	}

	private Optional<Lease> ask(LeaseRequest request, String file) throws IOException {
		Object claim = new Object();
		long now = System.nanoTime();
		if (givesWay(file, now) || !claim(file, claim)) {
			return Optional.empty();
		}
		FileLease lease = null;
		try {
			KernelLock lock = this.files.tryLock(file, request.type(), now);
			lease = (lock != null) ? grant(request, file, lock, claim) : null;
		}
		finally {
			if (lease == null) {
				endClaim(file, claim);
				hintAtWait(file);
			}
		}
		return Optional.ofNullable(lease);
	}

	private boolean givesWay(String file, long now) {
		Object[] open = this.jvm.openFiles().get(file);
		return open != null && new OpenFile(open).sinceReleaseNanos(now) < GIVE_WAY_NANOS && isWaitedFor(file, now);
	}

	private boolean isWaitedFor(String file, long now) {
		return this.jvm.page().isWaitedFor(file.hashCode(), now, WAIT_HINT_NANOS);
	}

	/** The monotonic clock is that of the machine, the same for all processes. */
	private long hintAtWait(String file) {
		long now = System.nanoTime();
		this.jvm.page().waitedAt(file.hashCode(), this.jvm.id().hashCode(), now);
		return now;
	}

	boolean claim(String file, Object claim) {
		return this.jvm.claims().putIfAbsent(file, claim) == null;
	}

	void endClaim(String file, Object claim) {
		this.jvm.claims().remove(file, claim);
		if (this.closed.get()) {
			this.jvm.closeIfUnused();
		}
	}

	/** Makes a locked file a lease; lets go of it if that fails. */
	FileLease grant(LeaseRequest request, String file, KernelLock lock, Object claim) throws IOException {
		FileLease lease = null;
		try {
			OpenFile open = new OpenFile(Objects.requireNonNull(this.jvm.openFiles().get(file)));
			SharedPage page = this.jvm.page();
			CrashMarks marks = new CrashMarks(page);
			long token = this.sequence.next(page, this.jvm.lastToken());
			int crashed = marks.find(open.mark());
			int marked = (crashed == CrashMarks.NOWHERE && request.type().isExclusive()) ? marks.set(open.mark())
					: crashed;
			lease = new FileLease(request.resource(), request.type(), file, open, lock, token,
					crashed != CrashMarks.NOWHERE, marked, claim, new AtomicBoolean());
		}
		finally {
			if (lease == null) {
				lock.release();
			}
		}
		return lease;
	}

	/** A reader leaves the mark that it has found: others did not see the crash. */
	private void unmark(FileLease lease) {
		if (lease.type().isExclusive()) {
			new CrashMarks(this.jvm.page()).clear(lease.open().mark(), lease.markedAt());
		}
	}

	@Override
	public Optional<Lease> handOver(Lease lease, LeaseRequest successor) {
		FileLease held = (FileLease) lease;
		try {
			this.files.checkSurroundings(System.nanoTime());
			if (!renew(lease)) {
				return Optional.empty();
			}
			// Before anything is changed: this is what may fail.
			long token = this.sequence.next(this.jvm.page(), this.jvm.lastToken());
			return held.released().compareAndSet(false, true) ? Optional.of(handOver(held, successor, token))
					: Optional.empty();
		}
		catch (IOException ex) {
			throw failure("The lock file of ", lease.resource(), " cannot be handed over", ex);
		}
		catch (InternalError ex) {
			throw failure("The lock file of ", lease.resource(), " cannot be handed over", truncated(ex));
		}
	}

	private FileLease handOver(FileLease held, LeaseRequest successor, long token) throws IOException {
		FileLease next = null;
		try {
			next = held.successor(successor, lockFor(held, successor), token);
			return next;
		}
		finally {
			if (next == null) {
				giveBack(held);
			}
		}
	}

	private KernelLock lockFor(FileLease held, LeaseRequest successor) throws IOException {
		if (held.type() != LockType.WRITE || successor.type() != LockType.READ) {
			return held.lock();
		}
		unmark(held);
		return held.lock().downgrade();
	}

	@Override
	public boolean isContended(Lease lease) {
		return isWaitedFor(((FileLease) lease).file(), System.nanoTime());
	}

	@Override
	public boolean renew(Lease lease) {
		FileLease held = (FileLease) lease;
		try {
			return !held.released().get() && held.lock().isValid() && this.directory.isInPlace()
					&& this.files.isInPlace(held.file(), held.open());
		}
		catch (IOException ex) {
			throw failure("The lock file of ", lease.resource(), " cannot be looked at", ex);
		}
	}

	@Override
	public void release(Lease lease) {
		FileLease held = (FileLease) lease;
		if (held.released().compareAndSet(false, true)) {
			giveBack(held);
		}
	}

	private void giveBack(FileLease held) {
		try {
			unmark(held);
		}
		finally {
			unlock(held);
		}
	}

	private void unlock(FileLease held) {
		boolean unlocked = false;
		try {
			held.open().released(System.nanoTime());
			held.lock().release();
			unlocked = true;
		}
		catch (ClosedChannelException ex) {
			// It is given back: nobody has the file open.
		}
		catch (IOException ex) {
			throw failure("The lock file of ", held.resource(), " cannot be unlocked", ex);
		}
		finally {
			if (!unlocked) {
				// The kernel does it then.
				this.files.closeQuietly(held.file(), held.open());
			}
			endClaim(held.file(), held.claim());
		}
	}

	@Override
	public Optional<LockHolder> inspect(String resource) {
		for (ProcessPicture picture : pictures()) {
			for (ProcessPicture.Hold hold : picture.holds()) {
				if (hold.excludes(resource, LockType.DISTRIBUTED)) {
					double heldMs = Math.max(0, Duration.between(hold.since(), Instant.now()).toMillis());
					return Optional
						.of(new LockHolder(hold.owner(), hold.method(), hold.since(), heldMs, picture.process()));
				}
			}
		}
		return Optional.empty();
	}

	@Override
	public void publish(ProcessPicture picture) {
		try {
			if (!this.closed.get()) {
				this.pictures.publish(picture);
			}
		}
		catch (IOException | ClosedDirectoryStreamException ex) {
			logger.debug("Other processes cannot be told who holds and waits here", ex);
		}
	}

	@Override
	public List<ProcessPicture> pictures() {
		try {
			return this.closed.get() ? List.of() : this.pictures.read();
		}
		catch (IOException | ClosedDirectoryStreamException ex) {
			logger.debug("It cannot be told who holds and waits in other processes", ex);
			return List.of();
		}
	}

	@Override
	public ReleaseWatch watch(LeaseRequest request, Runnable wakeUp) {
		String file = this.names.of(request.resource(), request.type());
		KernelWait wait = new KernelWait(this, file, request, wakeUp);
		wait.hinted(hintAtWait(file));
		return this.waits.start(wait);
	}

	/** Nobody is to be let go first any more, unless others said since that they wait. */
	void waitEnded(String file, KernelWait wait) {
		this.waits.remove(file, wait);
		this.jvm.page().endWait(file.hashCode(), this.jvm.id().hashCode(), wait.hinted());
	}

	LockFiles files() {
		return this.files;
	}

	/** Whether this JVM uses a lock file now. */
	boolean isClaimed(String file) {
		return this.jvm.claims().containsKey(file);
	}

	/**
	 * Removes a lock file if nobody has locked it.
	 * @return {@code false} if it could not be told now, as others use the file or the
	 * directory
	 */
	boolean clean(String file) throws IOException {
		Object claim = new Object();
		if (!claim(file, claim)) {
			return false;
		}
		try {
			return this.files.clean(file);
		}
		finally {
			endClaim(file, claim);
		}
	}

	@Override
	public void close() {
		if (this.closed.compareAndSet(false, true)) {
			this.waits.close();
			this.housekeeping.close();
			withdraw();
			LockDirectories.closeQuietly(this.directory);
		}
	}

	private void withdraw() {
		try {
			this.pictures.withdraw();
			if (this.jvm.leave()) {
				this.directory.delete(this.jvm.id() + PictureFiles.ALIVE);
			}
		}
		catch (IOException ex) {
			logger.debug("Files of this process stay until somebody sweeps", ex);
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

	@Override
	public String toString() {
		return "the lock directory '" + this.directory.path().toAbsolutePath().normalize() + "'";
	}

}
