package io.github.locks.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * The files of a lock directory, reached so that no name and no link can lead out of it:
 * relative to the opened directory where the platform can do that, never following links,
 * readable by the user of the process only.
 */
final class LockDirectory implements AutoCloseable {

	private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

	private final Path path;

	private final @Nullable SecureDirectoryStream<Path> secure;

	private final DirectoryStream<Path> stream;

	private final boolean posix;

	private final String identity;

	private LockDirectory(Path path, DirectoryStream<Path> stream) throws IOException {
		this.path = path;
		this.identity = identityOf(path);
		this.stream = stream;
		this.secure = (stream instanceof SecureDirectoryStream<Path> secureStream) ? secureStream : null;
		this.posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
	}

	/**
	 * Opens a directory.
	 * @param path a real path
	 */
	@SuppressWarnings("StreamResourceLeak") // closed by close()
	static LockDirectory open(Path path) throws IOException {
		return new LockDirectory(path, Files.newDirectoryStream(path));
	}

	Path path() {
		return this.path;
	}

	/** What tells this directory from all others, through whatever path it is reached. */
	String identity() {
		return this.identity;
	}

	/**
	 * Whether the directory is still the one at its path. If it was moved away, other
	 * processes use another one, and its locks mean nothing to them.
	 */
	boolean isInPlace() throws IOException {
		try {
			return this.identity.equals(identityOf(this.path));
		}
		catch (NoSuchFileException | NotDirectoryException ex) {
			return false;
		}
		catch (FileSystemException ex) {
			// A file on the way to it: the system gives no other sign than the reason.
			if ("Not a directory".equals(ex.getReason())) {
				return false;
			}
			throw ex;
		}
	}

	void checkInPlace() throws IOException {
		if (!isInPlace()) {
			throw new IOException("it was removed or replaced while in use; put it back, or restart the application");
		}
	}

	private static String identityOf(Path path) throws IOException {
		Object fileKey = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
		return (fileKey != null) ? fileKey.toString() : path.toString();
	}

	/** Opens a file for reading and writing. Refuses links and all that is not a file. */
	FileChannel openFile(String name, boolean create) throws IOException {
		BasicFileAttributes attributes = attributes(name);
		if (attributes != null && !attributes.isRegularFile()) {
			throw new FileSystemException(this.path.resolve(name).toString(), null, "is not a regular file; remove it");
		}
		return open(name,
				create ? EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)
						: EnumSet.of(StandardOpenOption.READ, StandardOpenOption.WRITE));
	}

	/** Creates a file in the place of one that may be there, without opening that. */
	FileChannel replaceFile(String name) throws IOException {
		delete(name);
		return open(name, EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
	}

	private FileChannel open(String name, Set<? extends OpenOption> how) throws IOException {
		Set<OpenOption> options = new HashSet<>(how);
		options.add(LinkOption.NOFOLLOW_LINKS);
		FileAttribute<?>[] permissions = this.posix
				? new FileAttribute<?>[] { PosixFilePermissions.asFileAttribute(OWNER_ONLY) } : new FileAttribute<?>[0];
		if (this.secure != null) {
			return (FileChannel) this.secure.newByteChannel(Path.of(name), options, permissions);
		}
		return FileChannel.open(this.path.resolve(name), options, permissions);
	}

	/** What tells a file from one that replaced it, or {@code null} if nothing does. */
	@Nullable Object fileKey(String name) throws IOException {
		BasicFileAttributes attributes = attributes(name);
		return (attributes != null) ? attributes.fileKey() : null;
	}

	/** Whether a file has one name only, as far as the platform can tell. */
	boolean isSingleLink(String name) throws IOException {
		if (!this.path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
			return true;
		}
		return Integer.valueOf(1)
			.equals(Files.getAttribute(this.path.resolve(name), "unix:nlink", LinkOption.NOFOLLOW_LINKS));
	}

	/**
	 * Looks at a file without opening it.
	 * @return its attributes, or {@code null} if there is none
	 */
	@Nullable BasicFileAttributes attributes(String name) throws IOException {
		try {
			if (this.secure != null) {
				return this.secure
					.getFileAttributeView(Path.of(name), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
					.readAttributes();
			}
			return Files.readAttributes(this.path.resolve(name), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
		}
		catch (NoSuchFileException ex) {
			return null;
		}
	}

	/**
	 * Deletes a file.
	 * @return whether there was one
	 */
	boolean delete(String name) throws IOException {
		try {
			if (this.secure != null) {
				this.secure.deleteFile(Path.of(name));
			}
			else {
				Files.delete(this.path.resolve(name));
			}
			return true;
		}
		catch (NoSuchFileException ex) {
			return false;
		}
	}

	/** The names of files that match, up to a number. */
	List<String> list(Predicate<String> filter, int limit) throws IOException {
		List<String> names = new ArrayList<>();
		try (DirectoryStream<Path> files = Files.newDirectoryStream(this.path)) {
			for (Path file : files) {
				String name = String.valueOf(file.getFileName());
				if (names.size() < limit && filter.test(name)) {
					names.add(name);
				}
			}
		}
		return names;
	}

	@Override
	public void close() throws IOException {
		this.stream.close();
	}

}
