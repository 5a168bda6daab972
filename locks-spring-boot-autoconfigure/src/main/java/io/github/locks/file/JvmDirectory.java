package io.github.locks.file;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
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

	private final String key;

	private final Object[] shared;

	private JvmDirectory(String key, Object[] shared) {
		this.key = key;
		this.shared = shared;
	}

	/**
	 * Joins the users of a directory; the first opens its permanent files.
	 */
	static JvmDirectory join(String key, Opener opener) throws IOException {
		try {
			Object[] shared = (Object[]) registry().compute(key, (k, known) -> {
				Object[] entry = (known != null) ? (Object[]) known : open(opener);
				((int[]) entry[5])[0]++;
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
			if (--users()[0] > 0) {
				return entry;
			}
			closeQuietly(guard());
			closeQuietly(sequence());
			parked().values().forEach(JvmDirectory::closeQuietly);
			return null;
		});
	}

	/** Guards all use of the permanent files, and the opening of lock files. */
	ReentrantLock mutex() {
		return (ReentrantLock) this.shared[0];
	}

	FileChannel guard() {
		return (FileChannel) this.shared[1];
	}

	/** Unlike a channel it survives an interrupt of the thread that uses it. */
	RandomAccessFile sequence() {
		return (RandomAccessFile) this.shared[2];
	}

	/** Which lock files this JVM uses, by file name. */
	@SuppressWarnings("unchecked")
	ConcurrentMap<String, Object> claims() {
		return (ConcurrentMap<String, Object>) this.shared[3];
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
			try {
				channel.tryLock();
			}
			catch (OverlappingFileLockException ex) {
				throw lockedByForeignCode(ex);
			}
			parked().remove(file);
			channel.close();
		}
	}

	static IOException lockedByForeignCode(OverlappingFileLockException cause) {
		return new IOException("other code in this JVM has locked the file; lock files must not be touched", cause);
	}

	@SuppressWarnings("unchecked")
	private Map<String, FileChannel> parked() {
		return (Map<String, FileChannel>) this.shared[4];
	}

	private int[] users() {
		return (int[]) this.shared[5];
	}

	private static Object[] open(Opener opener) {
		FileChannel guard = null;
		try {
			guard = opener.guard();
			return new Object[] { new ReentrantLock(), guard, opener.sequence(), new ConcurrentHashMap<>(),
					new HashMap<>(), new int[1] };
		}
		catch (IOException ex) {
			closeQuietly(guard);
			throw new OpenFailure(ex);
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
	 * Opens the permanent files of a directory.
	 */
	interface Opener {

		FileChannel guard() throws IOException;

		RandomAccessFile sequence() throws IOException;

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
