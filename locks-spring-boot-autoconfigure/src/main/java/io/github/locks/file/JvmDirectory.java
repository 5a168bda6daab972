package io.github.locks.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
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

	private static final String REGISTRY = "io.github.locks.directories.v1";

	/** The places in the shared array. */
	private static final int MUTEX = 0;

	private static final int GUARD = 1;

	private static final int SEQUENCE = 2;

	private static final int NUMBER = 3;

	private static final int CLAIMS = 4;

	private static final int PARKED = 5;

	private static final int USERS = 6;

	private static final int LAST_TOKEN = 7;

	private static final int IDENTITIES = 8;

	private static final int SIZE = 9;

	private final String key;

	private final Object[] shared;

	private JvmDirectory(String key, Object[] shared) {
		this.key = key;
		this.shared = shared;
	}

	/**
	 * Joins the users of a directory; the first opens its permanent files.
	 */
	static JvmDirectory join(String key, PermanentFiles files) throws IOException {
		try {
			Object[] shared = (Object[]) registry().compute(key, (k, known) -> {
				Object[] entry = (known != null) ? (Object[]) known : open(files);
				((int[]) entry[USERS])[0]++;
				return entry;
			});
			return new JvmDirectory(key, shared);
		}
		catch (OpenFailure ex) {
			throw ex.failure;
		}
	}

	/**
	 * Leaves; the last user closes the permanent files.
	 */
	void leave() {
		registry().computeIfPresent(this.key, (k, entry) -> {
			if (--((int[]) this.shared[USERS])[0] > 0) {
				return entry;
			}
			closeQuietly(guard());
			closeQuietly(sequence());
			return null;
		});
	}

	/** Guards all use of the permanent files, and the opening of lock files. */
	ReentrantLock mutex() {
		return (ReentrantLock) this.shared[MUTEX];
	}

	/** Guarded by the mutex. */
	FileChannel guard() {
		return (FileChannel) this.shared[GUARD];
	}

	/** Guarded by the mutex. */
	FileChannel sequence() {
		return (FileChannel) this.shared[SEQUENCE];
	}

	/** The content of the sequence file. Guarded by the mutex. */
	MappedByteBuffer number() {
		return (MappedByteBuffer) this.shared[NUMBER];
	}

	/** The largest fencing token that this JVM has seen. Guarded by the mutex. */
	long lastToken() {
		return ((long[]) this.shared[LAST_TOKEN])[0];
	}

	void lastToken(long token) {
		((long[]) this.shared[LAST_TOKEN])[0] = token;
	}

	/** Whether the open permanent files are those on the disk. Guarded by the mutex. */
	boolean isInPlace(PermanentFiles files) throws IOException {
		return files.identities().equals(this.shared[IDENTITIES]);
	}

	/**
	 * Opens the permanent files anew, as somebody has removed them. Guarded by the mutex,
	 * without a lock on any of them.
	 */
	void reopen(PermanentFiles files) throws IOException {
		FileChannel oldGuard = guard();
		FileChannel oldSequence = sequence();
		open(files, this.shared);
		closeQuietly(oldGuard);
		closeQuietly(oldSequence);
	}

	/** Which lock files this JVM uses, by file name. */
	@SuppressWarnings("unchecked")
	ConcurrentMap<String, Object> claims() {
		return (ConcurrentMap<String, Object>) this.shared[CLAIMS];
	}

	/**
	 * Keeps a channel open whose file is locked by foreign code in this JVM: to close it
	 * would drop that lock. Guarded by the mutex.
	 */
	void park(String file, FileChannel channel) {
		parked().put(file, channel);
	}

	/**
	 * Closes the parked channel of a file if foreign code has let go of the file. Guarded
	 * by the mutex.
	 * @throws IOException if it has not
	 */
	void retryParked(String file) throws IOException {
		FileChannel channel = parked().get(file);
		if (channel != null) {
			try (FileLock lock = channel.tryLock()) {
				parked().remove(file);
			}
			catch (OverlappingFileLockException ex) {
				throw lockedByForeignCode(ex);
			}
			channel.close();
		}
	}

	static IOException lockedByForeignCode(OverlappingFileLockException cause) {
		return new IOException("other code in this JVM has locked the file; lock files must not be touched", cause);
	}

	@SuppressWarnings("unchecked")
	private Map<String, FileChannel> parked() {
		return (Map<String, FileChannel>) this.shared[PARKED];
	}

	private static Object[] open(PermanentFiles files) {
		Object[] shared = new Object[SIZE];
		shared[MUTEX] = new ReentrantLock();
		shared[CLAIMS] = new ConcurrentHashMap<>();
		shared[PARKED] = new HashMap<>();
		shared[USERS] = new int[1];
		shared[LAST_TOKEN] = new long[1];
		try {
			open(files, shared);
			return shared;
		}
		catch (IOException ex) {
			throw new OpenFailure(ex);
		}
	}

	/** Opens all or nothing, whatever the interrupt flag says. */
	private static void open(PermanentFiles files, Object[] shared) throws IOException {
		boolean interrupted = Thread.interrupted();
		FileChannel guard = null;
		FileChannel sequence = null;
		boolean opened = false;
		try {
			guard = files.openGuard();
			sequence = files.openSequence();
			MappedByteBuffer number = PermanentFiles.map(sequence);
			shared[IDENTITIES] = files.identities();
			shared[NUMBER] = number;
			shared[SEQUENCE] = sequence;
			shared[GUARD] = guard;
			opened = true;
		}
		finally {
			if (!opened) {
				closeQuietly(guard);
				closeQuietly(sequence);
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
