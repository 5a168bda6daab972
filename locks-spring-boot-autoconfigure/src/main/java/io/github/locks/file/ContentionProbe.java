package io.github.locks.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether the file system of a lock directory keeps locks between processes.
 * Those that are known to are taken at their word. For any other one, another process
 * tries to lock a file that this one has locked: whoever only looks at its own locks
 * learns nothing.
 */
final class ContentionProbe {

	private static final Log logger = LogFactory.getLog(ContentionProbe.class);

	private static final Set<String> LOCAL = Set.of("apfs", "bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "hfs",
			"jfs", "ntfs", "overlay", "ramfs", "refs", "tmpfs", "ufs", "xfs", "zfs");

	/** Which may keep locks for one machine only. */
	private static final List<String> SHARED = List.of("9p", "afs", "ceph", "cifs", "fuse", "gluster", "lustre", "ncp",
			"nfs", "smb", "virtiofs");

	private static final long PATIENCE_SECONDS = 20;

	private ContentionProbe() {
	}

	/**
	 * Checks a directory.
	 * @param directory the directory
	 * @param locked a file in it that this process has locked
	 * @throws IOException if its file system lets two processes lock one file
	 */
	static void check(Path directory, Path locked) throws IOException {
		check(Files.getFileStore(directory).type(), directory, locked);
	}

	static void check(String type, Path directory, Path locked) throws IOException {
		String lower = type.toLowerCase(Locale.ROOT);
		if (LOCAL.contains(lower)) {
			return;
		}
		if (SHARED.stream().anyMatch(lower::startsWith)) {
			logger.warn("The lock directory '" + directory + "' is on a file system of type '" + type
					+ "': other machines that use it may not be excluded. Use a directory of this machine.");
		}
		switch (probe(locked)) {
			case ProbingProcess.REFUSED -> logger.debug("Locks are kept between processes");
			case ProbingProcess.LOCKED -> throw new IOException("its file system, of type '" + type
					+ "', lets two processes lock the same file; choose a directory on a local file system");
			default -> logger.warn("Whether the file system of type '" + type + "' of the lock directory '" + directory
					+ "' keeps locks between processes could not be found out");
		}
	}

	/** Returns what another process has found. */
	static int probe(Path locked) {
		Path classes = null;
		try {
			classes = Files.createTempDirectory("locks-probe");
			copyClass(classes);
			Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
					"-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", classes.toString(),
					ProbingProcess.class.getName(), locked.toString())
				.redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.start();
			boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
			process.destroyForcibly();
			return ended ? process.exitValue() : ProbingProcess.FAILED;
		}
		catch (IOException ex) {
			logger.debug("The process that tries to lock could not be started", ex);
			return ProbingProcess.FAILED;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return ProbingProcess.FAILED;
		}
		finally {
			deleteAll(classes);
		}
	}

	/** From wherever it is: an application may be one file with others inside. */
	private static void copyClass(Path classes) throws IOException {
		String name = ProbingProcess.class.getName().replace('.', '/') + ".class";
		Path file = classes.resolve(name);
		Files.createDirectories(Objects.requireNonNull(file.getParent()));
		try (InputStream bytes = ProbingProcess.class.getResourceAsStream("/" + name)) {
			if (bytes == null) {
				throw new IOException("There is no " + name);
			}
			Files.copy(bytes, file);
		}
	}

	private static void deleteAll(@Nullable Path directory) {
		if (directory == null) {
			return;
		}
		try (Stream<Path> files = Files.walk(directory)) {
			for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
				Files.delete(file);
			}
		}
		catch (IOException ex) {
			logger.debug("A temporary directory stays behind", ex);
		}
	}

}
