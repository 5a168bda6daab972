package io.github.locks.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What {@link ContentionProbe} runs in a process of its own, with nothing but the JDK.
 */
final class ProbingProcess {

	/** Somebody else has locked the file. */
	static final int REFUSED = 10;

	/** Nobody else has. */
	static final int LOCKED = 11;

	/** It cannot be told. */
	static final int FAILED = 12;

	private ProbingProcess() {
	}

	/**
	 * Tries to lock a file.
	 * @param args the file
	 */
	public static void main(String[] args) {
		System.exit(tryLock(Path.of(args[0])));
	}

	private static int tryLock(Path file) {
		try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
				FileLock lock = channel.tryLock(0, 1, false)) {
			return (lock != null) ? LOCKED : REFUSED;
		}
		catch (IOException ex) {
			return FAILED;
		}
	}

}
