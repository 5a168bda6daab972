package io.github.locks.file;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

import io.github.locks.LockBackendException;
import io.github.locks.LockNames;
import org.jspecify.annotations.Nullable;

/**
 * Checks, creates and opens lock directories, and says in plain words why one cannot be
 * used.
 */
final class LockDirectories {

	private static final int WRITABLE_BY_OTHERS = 0002;

	private static final int STICKY = 01000;

	private LockDirectories() {
	}

	static LockDirectory open(Path path) {
		if (path.toString().isBlank()) {
			throw unusable(path, "it has no name; give the path of a directory");
		}
		if (path.startsWith("~")) {
			throw unusable(path, "'~' is not replaced by the home directory here; write '${user.home}' instead");
		}
		try {
			checkWorkingDirectory(path);
			Path directory = create(path.toAbsolutePath().normalize());
			checkPermissions(path, directory);
			return LockDirectory.open(directory);
		}
		catch (IOException | InvalidPathException ex) {
			throw unusable(path, ex);
		}
	}

	/**
	 * With the locale C the JVM cannot write the names of some directories, and would use
	 * another one than a process with another locale.
	 */
	private static void checkWorkingDirectory(Path path) throws IOException {
		Path actual = Path.of("/proc/self/cwd");
		if (!path.isAbsolute() && Files.exists(actual)) {
			Path known = Path.of("").toAbsolutePath();
			if (!Files.exists(known) || !Files.isSameFile(known, actual)) {
				throw unusable(path, "it is relative, and this JVM cannot name its working directory; give an absolute "
						+ "path, or set the locale, such as LC_ALL=C.UTF-8");
			}
		}
	}

	private static Path create(Path path) throws IOException {
		boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
		FileAttribute<?>[] attributes = posix
				? new FileAttribute<?>[] {
						PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")) }
				: new FileAttribute<?>[0];
		if (!Files.isDirectory(path)) {
			Path parent = path.getParent();
			if (parent != null) {
				Files.createDirectories(parent);
			}
			try {
				Files.createDirectory(path, attributes);
			}
			catch (FileAlreadyExistsException ex) {
				if (!Files.isDirectory(path)) {
					throw ex;
				}
			}
		}
		return path.toRealPath();
	}

	/** In a directory where anybody may remove files, anybody may break locks. */
	private static void checkPermissions(Path path, Path directory) throws IOException {
		if (!directory.getFileSystem().supportedFileAttributeViews().contains("unix")) {
			return;
		}
		int mode = (Integer) Files.getAttribute(directory, "unix:mode");
		if ((mode & WRITABLE_BY_OTHERS) != 0 && (mode & STICKY) == 0) {
			throw unusable(path, "any user of the machine may write to it and so break locks; run 'chmod o-w' on it");
		}
	}

	static LockBackendException unusable(Path path, Exception cause) {
		return unusable(path, explain(cause), cause);
	}

	private static LockBackendException unusable(Path path, String reason) {
		return unusable(path, reason, null);
	}

	private static LockBackendException unusable(Path path, String reason, @Nullable Exception cause) {
		return new LockBackendException("The lock directory " + LockNames.quote(path.toString())
				+ " ('locks.directory') cannot be used by user '" + System.getProperty("user.name") + "': " + reason,
				null, null, cause);
	}

	/** The reason in words; file names and causes come as the system gives them. */
	static String explain(Exception cause) {
		String file = (cause instanceof FileSystemException failure && failure.getFile() != null)
				? " (" + LockNames.escape(failure.getFile()) + ")" : "";
		return reason(cause) + file;
	}

	private static String reason(Exception cause) {
		if (cause instanceof FileAlreadyExistsException || cause instanceof NotDirectoryException) {
			return "a file that is not a directory is in its place or on the way to it";
		}
		if (cause instanceof AccessDeniedException) {
			return "permission denied; let this user read and write there, or choose another directory";
		}
		if (cause instanceof NoSuchFileException) {
			return "no such file or directory";
		}
		if (cause instanceof FileSystemException failure && failure.getReason() != null) {
			return failure.getReason();
		}
		return (cause.getMessage() != null) ? cause.getMessage() : cause.getClass().getSimpleName();
	}

	static void closeQuietly(LockDirectory directory) {
		try {
			directory.close();
		}
		catch (IOException ex) {
			// nothing was written through it
		}
	}

}
