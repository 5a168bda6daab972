package io.github.locks.file;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.Properties;

import io.github.locks.LockHolder;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.ProcessId;

/**
 * Tells people in other processes who holds a lock: a small file beside the lock file,
 * written late and at best effort, and never read to decide anything. (Opening the lock
 * file itself would drop the lock.)
 */
final class OwnerRecords {

	static final String SUFFIX = ".owner";

	private static final int MAX_BYTES = 16_384;

	private static final int MAX_OWNER = 200;

	private final LockDirectory directory;

	OwnerRecords(LockDirectory directory) {
		this.directory = directory;
	}

	void write(String file, LeaseRequest request, long token) throws IOException {
		Properties record = new Properties();
		record.setProperty("resource", request.resource());
		record.setProperty("owner", cut(request.owner()));
		if (request.method() != null) {
			record.setProperty("method", request.method());
		}
		record.setProperty("since", request.time().toString());
		record.setProperty("process", ProcessId.current());
		record.setProperty("token", Long.toString(token));
		StringWriter text = new StringWriter();
		record.store(text, null);
		try (FileChannel channel = this.directory.replaceFile(file + SUFFIX)) {
			ByteBuffer bytes = StandardCharsets.UTF_8.encode(text.toString());
			while (bytes.hasRemaining()) {
				channel.write(bytes);
			}
		}
	}

	private static String cut(String text) {
		return (text.length() > MAX_OWNER) ? text.substring(0, MAX_OWNER) : text;
	}

	/** Removes the record of a lease, unless it is that of another one by now. */
	void remove(String file, long token) throws IOException {
		if (Long.toString(token).equals(read(file).getProperty("token"))) {
			this.directory.delete(file + SUFFIX);
		}
	}

	Optional<LockHolder> find(String file, String resource) throws IOException {
		Properties record = read(file);
		String owner = record.getProperty("owner");
		String since = record.getProperty("since");
		if (owner == null || since == null || !resource.equals(record.getProperty("resource"))) {
			return Optional.empty();
		}
		try {
			Instant start = Instant.parse(since);
			double heldMs = Math.max(0, Duration.between(start, Instant.now()).toMillis());
			return Optional.of(new LockHolder(owner, record.getProperty("method"), start, heldMs,
					record.getProperty("process", "unknown")));
		}
		catch (DateTimeParseException | ArithmeticException ex) {
			return Optional.empty();
		}
	}

	private Properties read(String file) throws IOException {
		Properties record = new Properties();
		if (this.directory.attributes(file + SUFFIX) == null || !this.directory.isSingleLink(file + SUFFIX)) {
			return record;
		}
		ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);
		try (FileChannel channel = this.directory.openFile(file + SUFFIX, false)) {
			while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
				// until the end, or as much as a record may have
			}
		}
		try (Reader text = new StringReader(StandardCharsets.UTF_8.decode(bytes.flip()).toString())) {
			record.load(text);
		}
		catch (IllegalArgumentException ex) {
			record.clear();
		}
		return record;
	}

}
