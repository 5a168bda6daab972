package io.github.locks.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.util.HexFormat;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * What all users of one lock directory in this JVM must share, whatever application
 * context or class loader they come from: the kernel takes the JVM for one owner, and
 * closing <em>any</em> descriptor of a file drops all locks the JVM has on it.
 * <p>
 * Kept in the system properties, as classes are not shared between class loaders, and
 * built of JDK types only, so that no class loader is kept alive.
 */
final class JvmDirectory {

	private static final String REGISTRY = "io.github.locks.directories.v2";

	/** The places in the shared array. */
	private static final int MUTEX = 0;

	private static final int GUARD = 1;

	private static final int SEQUENCE = 2;

	private static final int PAGE = 3;

	private static final int CLAIMS = 4;

	private static final int OPEN_FILES = 5;

	private static final int USERS = 6;

	private static final int LAST_TOKEN = 7;

	private static final int IDENTITIES = 8;

	private static final int CHECKED = 9;

	private static final int ID = 10;

	private static final int ALIVE = 11;

	private static final int SIZE = 12;

	private final String key;

	private final AtomicReferenceArray<Object> shared;

	private final ConcurrentMap<String, Object> claims;

	private final ConcurrentMap<String, Object[]> openFiles;

	private final AtomicLong lastToken;

	private final AtomicLong checkedNanos;

	@SuppressWarnings("unchecked")
	private JvmDirectory(String key, AtomicReferenceArray<Object> shared) {
		this.key = key;
		this.shared = shared;
		this.claims = (ConcurrentMap<String, Object>) shared.get(CLAIMS);
		this.openFiles = (ConcurrentMap<String, Object[]>) shared.get(OPEN_FILES);
		this.lastToken = (AtomicLong) shared.get(LAST_TOKEN);
		this.checkedNanos = (AtomicLong) shared.get(CHECKED);
	}

	/**
	 * Joins the users of a directory; the first opens its permanent files.
	 */
	@SuppressWarnings("unchecked")
	static JvmDirectory join(String key, PermanentFiles files) throws IOException {
		try {
			Object shared = registry().compute(key, (k, known) -> {
				AtomicReferenceArray<Object> entry = (known != null) ? (AtomicReferenceArray<Object>) known
						: open(files);
				((int[]) entry.get(USERS))[0]++;
				return entry;
			});
			return new JvmDirectory(key, (AtomicReferenceArray<Object>) shared);
		}
		catch (OpenFailure ex) {
			throw ex.failure;
		}
	}

	/**
	 * Leaves; the last user closes the files, unless it left a lease behind.
	 * @return whether they are closed now
	 */
	boolean leave() {
		return closeIfUnused(1);
	}

	/** A claim of somebody who has left has ended. */
	void closeIfUnused() {
		closeIfUnused(0);
	}

	private boolean closeIfUnused(int leaving) {
		return registry().computeIfPresent(this.key, (k, entry) -> {
			if (entry != this.shared) {
				return entry;
			}
			int[] users = (int[]) this.shared.get(USERS);
			users[0] -= leaving;
			if (users[0] > 0 || !claims().isEmpty()) {
				return entry;
			}
			openFiles().values().forEach((file) -> closeQuietly(new OpenFile(file).channel()));
			closeQuietly(guard());
			closeQuietly((FileChannel) this.shared.get(SEQUENCE));
			closeQuietly((FileChannel) this.shared.get(ALIVE));
			return null;
		}) != this.shared;
	}

	/** Guards all use of the guard, and the opening and closing of lock files. */
	ReentrantLock mutex() {
		return (ReentrantLock) this.shared.get(MUTEX);
	}

	/** Guarded by the mutex. */
	FileChannel guard() {
		return (FileChannel) this.shared.get(GUARD);
	}

	/** What this JVM is called in the directory. */
	String id() {
		return (String) this.shared.get(ID);
	}

	/** What all processes share. */
	SharedPage page() {
		return new SharedPage((MappedByteBuffer) this.shared.get(PAGE));
	}

	/** The largest fencing token that this JVM has seen. */
	AtomicLong lastToken() {
		return this.lastToken;
	}

	/** When the surroundings were looked at last. */
	AtomicLong checkedNanos() {
		return this.checkedNanos;
	}

	/** Whether the open permanent files are those on the disk. Guarded by the mutex. */
	boolean isInPlace(PermanentFiles files) throws IOException {
		return files.identities(id()).equals(this.shared.get(IDENTITIES));
	}

	/**
	 * Opens the permanent files anew, as somebody has removed them. Guarded by the mutex,
	 * without a lock on any of them.
	 */
	void reopen(PermanentFiles files) throws IOException {
		FileChannel oldGuard = guard();
		FileChannel oldSequence = (FileChannel) this.shared.get(SEQUENCE);
		FileChannel oldAlive = (FileChannel) this.shared.get(ALIVE);
		open(files, this.shared);
		closeQuietly(oldAlive);
		closeQuietly(oldGuard);
		closeQuietly(oldSequence);
	}

	/** Which lock files this JVM uses, by file name. */
	ConcurrentMap<String, Object> claims() {
		return this.claims;
	}

	/**
	 * The lock files that are open, as arrays for {@link OpenFile}. Each is used, put and
	 * taken by who has claimed it.
	 */
	ConcurrentMap<String, Object[]> openFiles() {
		return this.openFiles;
	}

	private static AtomicReferenceArray<Object> open(PermanentFiles files) {
		AtomicReferenceArray<Object> shared = new AtomicReferenceArray<>(SIZE);
		shared.set(MUTEX, new ReentrantLock());
		shared.set(CLAIMS, new ConcurrentHashMap<>());
		shared.set(OPEN_FILES, new ConcurrentHashMap<>());
		shared.set(USERS, new int[1]);
		shared.set(LAST_TOKEN, new AtomicLong());
		shared.set(ID, HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()));
		shared.set(CHECKED, new AtomicLong(System.nanoTime()));
		try {
			open(files, shared);
			return shared;
		}
		catch (IOException ex) {
			throw new OpenFailure(ex);
		}
	}

	/** Opens all or nothing, whatever the interrupt flag says. */
	private static void open(PermanentFiles files, AtomicReferenceArray<Object> shared) throws IOException {
		boolean interrupted = Thread.interrupted();
		FileChannel guard = null;
		FileChannel sequence = null;
		FileChannel alive = null;
		boolean opened = false;
		try {
			guard = files.openGuard();
			sequence = files.openSequence(guard);
			SharedPage page = SharedPage.map(sequence);
			alive = files.openAlive((String) shared.get(ID));
			shared.set(ALIVE, alive);
			shared.set(IDENTITIES, files.identities((String) shared.get(ID)));
			shared.set(PAGE, page.bytes());
			shared.set(SEQUENCE, sequence);
			shared.set(GUARD, guard);
			opened = true;
		}
		finally {
			if (!opened) {
				closeQuietly(guard);
				closeQuietly(sequence);
				closeQuietly(alive);
			}
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	@SuppressWarnings("unchecked")
	private static ConcurrentMap<String, Object> registry() {
		return (ConcurrentMap<String, Object>) System.getProperties()
			.computeIfAbsent(REGISTRY, (key) -> new ConcurrentHashMap<String, Object>());
	}

	private static void closeQuietly(@Nullable Closeable closeable) {
		try {
			if (closeable != null) {
				closeable.close();
			}
		}
		catch (IOException ex) {
			// nothing is lost: the permanent files hold no data that a close would write
		}
	}

	/**
	 * Carries an {@link IOException} out of a lambda.
	 */
	private static final class OpenFailure extends RuntimeException {

		private final transient IOException failure;

		OpenFailure(IOException failure) {
			super(failure);
			this.failure = failure;
		}

	}

}
