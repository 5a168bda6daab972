package io.github.locks.file;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
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

	private LockDirectory(Path path, DirectoryStream<Path> stream) {
		this.path = path;
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
	String identity() throws IOException {
		BasicFileAttributes attributes = Files.readAttributes(this.path, BasicFileAttributes.class);
		Object fileKey = attributes.fileKey();
		return (fileKey != null) ? fileKey.toString() : this.path.toString();
	}

	/** Opens a file for reading and writing. Refuses links and all that is not a file. */
	FileChannel openFile(String name, boolean create) throws IOException {
		BasicFileAttributes attributes = attributes(name);
		if (attributes != null && !attributes.isRegularFile()) {
			throw new FileSystemException(this.path.resolve(name).toString(), null, "is not a regular file; remove it");
		}
		Set<OpenOption> options = create
				? Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE,
						LinkOption.NOFOLLOW_LINKS)
				: Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
		FileAttribute<?>[] permissions = this.posix
				? new FileAttribute<?>[] { PosixFilePermissions.asFileAttribute(OWNER_ONLY) } : new FileAttribute<?>[0];
		if (this.secure != null) {
			return (FileChannel) this.secure.newByteChannel(Path.of(name), options, permissions);
		}
		return FileChannel.open(this.path.resolve(name), options, permissions);
	}

	/** Opens a file whose reads and writes are not disturbed by interrupts. */
	RandomAccessFile openUninterruptible(String name) throws IOException {
		openFile(name, true).close();
		return new RandomAccessFile(this.path.resolve(name).toFile(), "rw");
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
