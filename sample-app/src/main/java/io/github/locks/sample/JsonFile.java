package io.github.locks.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.Supplier;

import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * A value in a JSON file. The file is replaced as a whole, so a reader sees the old value
 * or the new one, never a part, even if the writer is killed. Only one process at a time
 * may write: hold a lock.
 *
 * @param <T> type of the value
 */
final class JsonFile<T> {

	private final Path path;

	private final Path temporary;

	private final JsonMapper mapper;

	private final TypeReference<T> type;

	private final Supplier<T> initial;

	JsonFile(Path path, JsonMapper mapper, TypeReference<T> type, Supplier<T> initial) {
		this.path = path;
		this.temporary = path.resolveSibling(path.getFileName() + ".tmp");
		this.mapper = mapper;
		this.type = type;
		this.initial = initial;
	}

	/**
	 * Reads the value. Needs no lock.
	 * @return the value last written, or the initial one if the file does not exist
	 */
	T read() {
		try {
			return this.mapper.readValue(Files.readAllBytes(this.path), this.type);
		}
		catch (NoSuchFileException ex) {
			return this.initial.get();
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot read " + this.path, ex);
		}
	}

	/**
	 * Writes the value: it is on the disk when this method returns. What a killed writer
	 * left behind is overwritten.
	 * @param value the value
	 */
	void write(T value) {
		byte[] json = this.mapper.writeValueAsBytes(value);
		try {
			Files.createDirectories(this.path.toAbsolutePath().getParent());
			try {
				writeTemporary(ByteBuffer.wrap(json));
				Files.move(this.temporary, this.path, StandardCopyOption.ATOMIC_MOVE);
			}
			finally {
				Files.deleteIfExists(this.temporary);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot write " + this.path, ex);
		}
	}

	private void writeTemporary(ByteBuffer json) throws IOException {
		try (FileChannel channel = FileChannel.open(this.temporary, StandardOpenOption.CREATE,
				StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
			while (json.hasRemaining()) {
				channel.write(json);
			}
			channel.force(true);
		}
	}

}
