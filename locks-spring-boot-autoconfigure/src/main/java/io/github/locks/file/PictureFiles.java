package io.github.locks.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.locks.spi.PictureFormat;
import io.github.locks.spi.ProcessPicture;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * What the processes of a lock directory tell each other. Each JVM has a file
 * {@code <jvm>.alive}, which it keeps locked: so the kernel tells whether it lives. Each
 * lock manager of it writes {@code <jvm>-<manager>.picture}, with a checksum, as somebody
 * may read at the same time. Nothing here is ever read to decide who has a lock, and no
 * lock file is opened for it: that would drop the lock.
 */
final class PictureFiles {

	static final String ALIVE = ".alive";

	private static final Log logger = LogFactory.getLog(PictureFiles.class);

	private static final String PICTURE = ".picture";

	private static final Pattern FILE = Pattern.compile("([0-9a-f]{16})(?:\\.alive|-([0-9a-f]{16})\\.picture)");

	private static final int MOST_FILES = 1_000;

	private static final int MOST_BYTES = 1_000_000;

	/** After that no other change has the same time. */
	private static final Duration SETTLED = Duration.ofMillis(100);

	private final LockDirectory directory;

	private final JvmDirectory jvm;

	/** Pictures that were read, and are not read again until they change. */
	private final Map<String, Known> known = new ConcurrentHashMap<>();

	/** The file that is written again and again; guarded by this. */
	@GuardedBy("this")
	private @Nullable FileChannel channel;

	@GuardedBy("this")
	private String name = "";

	PictureFiles(LockDirectory directory, JvmDirectory jvm) {
		this.directory = directory;
		this.jvm = jvm;
	}

	/**
	 * Writes over what was there before. To put a new file in the place of the old one
	 * would be in one step, but some file systems write such a file to the disk at once.
	 */
	synchronized void publish(ProcessPicture picture) throws IOException {
		if (picture.isEmpty()) {
			withdraw();
			return;
		}
		ByteBuffer bytes = ByteBuffer.wrap(PictureFormat.write(picture));
		FileChannel file = file(this.jvm.id() + "-" + picture.id() + PICTURE);
		while (bytes.hasRemaining()) {
			file.write(bytes, bytes.position());
		}
	}

	@GuardedBy("this")
	private FileChannel file(String wanted) throws IOException {
		FileChannel known = this.channel;
		if (known != null && known.isOpen() && this.directory.attributes(wanted) != null) {
			return known;
		}
		withdraw();
		FileChannel opened = this.directory.replaceFile(wanted);
		this.channel = opened;
		this.name = wanted;
		return opened;
	}

	synchronized void withdraw() throws IOException {
		FileChannel known = this.channel;
		if (known != null) {
			this.channel = null;
			known.close();
			this.directory.delete(this.name);
		}
	}

	/** All pictures but those of dead processes; what cannot be read is left out. */
	List<ProcessPicture> read() throws IOException {
		Map<String, Life> lives = new HashMap<>();
		List<ProcessPicture> pictures = new ArrayList<>();
		List<String> names = this.directory.list((file) -> file.endsWith(PICTURE) && FILE.matcher(file).matches(),
				MOST_FILES);
		this.known.keySet().retainAll(names);
		for (String name : names) {
			if (lives.computeIfAbsent(jvmOf(name), this::lifeOf) != Life.DEAD) {
				read(name).ifPresent(pictures::add);
			}
		}
		return pictures;
	}

	private Optional<ProcessPicture> read(String name) {
		try {
			BasicFileAttributes attributes = this.directory.attributes(name);
			if (attributes == null || !attributes.isRegularFile() || attributes.size() > MOST_BYTES
					|| !this.directory.isSingleLink(name)) {
				return Optional.empty();
			}
			Known before = this.known.get(name);
			if (before != null && before.isStillTrue(attributes)) {
				return before.picture();
			}
			Instant settled = Instant.now().minus(SETTLED);
			ByteBuffer bytes = ByteBuffer.allocate((int) attributes.size());
			try (FileChannel channel = this.directory.openFile(name, false)) {
				while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
					// until the end, or as much as there was when it was looked at
				}
			}
			Optional<ProcessPicture> picture = PictureFormat.read(bytes.flip());
			if (attributes.lastModifiedTime().toInstant().isBefore(settled)) {
				this.known.put(name, new Known(attributes.lastModifiedTime(), attributes.size(), picture));
			}
			return picture;
		}
		catch (IOException ex) {
			logger.debug("The picture of another process cannot be read", ex);
			return Optional.empty();
		}
	}

	/** Removes what dead processes have left. */
	void sweep(Instant newest) throws IOException {
		Map<String, Life> lives = new HashMap<>();
		for (String name : this.directory.list((file) -> FILE.matcher(file).matches(), MOST_FILES)) {
			BasicFileAttributes attributes = this.directory.attributes(name);
			if (attributes != null && attributes.lastModifiedTime().toInstant().isBefore(newest)
					&& lives.computeIfAbsent(jvmOf(name), this::lifeOf) == Life.DEAD) {
				this.directory.delete(name);
			}
		}
	}

	private static String jvmOf(String name) {
		Matcher matcher = FILE.matcher(name);
		return matcher.matches() ? matcher.group(1) : "";
	}

	/**
	 * Asks the kernel. The file of this JVM must not be opened: a close would drop its
	 * lock. Two who ask at the same time do not take each other for a living process: in
	 * several JVMs they share the lock of a dead one, in one they take turns.
	 */
	private Life lifeOf(String id) {
		if (id.equals(this.jvm.id())) {
			return Life.ALIVE;
		}
		this.jvm.mutex().lock();
		try {
			if (this.directory.attributes(id + ALIVE) == null) {
				return Life.DEAD;
			}
			if (!this.directory.isSingleLink(id + ALIVE)) {
				return Life.UNKNOWN;
			}
			try (FileChannel channel = this.directory.openFile(id + ALIVE, false);
					FileLock lock = channel.tryLock(0, 1, true)) {
				return (lock != null) ? Life.DEAD : Life.ALIVE;
			}
		}
		catch (OverlappingFileLockException ex) {
			// Other code of this JVM has it locked.
			return Life.UNKNOWN;
		}
		catch (IOException ex) {
			logger.debug("It cannot be told whether a process lives", ex);
			return Life.UNKNOWN;
		}
		finally {
			this.jvm.mutex().unlock();
		}
	}

	/**
	 * Whether a process lives. Only what is certain has consequences.
	 */
	private enum Life {

		ALIVE, DEAD, UNKNOWN

	}

	/**
	 * A picture that was read some time after it had been written.
	 *
	 * @param changed when it was written
	 * @param size how long it is
	 * @param picture what was read
	 */
	private record Known(FileTime changed, long size, Optional<ProcessPicture> picture) {

		boolean isStillTrue(BasicFileAttributes attributes) {
			return attributes.size() == this.size && attributes.lastModifiedTime().equals(this.changed);
		}

	}

}
