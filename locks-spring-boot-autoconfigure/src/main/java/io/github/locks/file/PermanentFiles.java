package io.github.locks.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;

/**
 * Opens the files of a lock directory that are never removed: {@code .guard}, which
 * orders the removal of lock files, and {@code .seq}, the counter of fencing tokens.
 *
 * @param directory the directory
 */
record PermanentFiles(LockDirectory directory) {

	static final String GUARD = ".guard";

	static final String SEQUENCE = ".seq";

	FileChannel openGuard() throws IOException {
		return this.directory.openFile(GUARD, true);
	}

	/** Opens the counter, with its space on the disk taken. */
	FileChannel openSequence() throws IOException {
		FileChannel channel = this.directory.openFile(SEQUENCE, true);
		try {
			if (channel.size() < Long.BYTES) {
				channel.write(ByteBuffer.allocate(Long.BYTES), 0);
			}
			return channel;
		}
		catch (IOException | RuntimeException ex) {
			channel.close();
			throw ex;
		}
	}

	/** What tells the files from others that replaced them. */
	String identities() throws IOException {
		return this.directory.fileKey(GUARD) + " " + this.directory.fileKey(SEQUENCE);
	}

	static MappedByteBuffer map(FileChannel sequence) throws IOException {
		return sequence.map(MapMode.READ_WRITE, 0, Long.BYTES);
	}

}
