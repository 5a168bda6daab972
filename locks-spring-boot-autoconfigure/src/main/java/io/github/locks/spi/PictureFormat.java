package io.github.locks.spi;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;

import io.github.locks.LockType;
import io.github.locks.spi.ProcessPicture.Hold;
import io.github.locks.spi.ProcessPicture.Wait;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ProcessPicture} as bytes, for backends that keep it outside of the process.
 * What was written by another version, or by somebody else, is not read.
 */
public final class PictureFormat {

	private static final int THIS_FORMAT = 0x6c700001;

	private static final int HEAD = 3 * Integer.BYTES;

	private static final int LONGEST_TEXT = 600;

	private static final int LONGEST_LIST = 10_000;

	private PictureFormat() {
	}

	/**
	 * Writes a picture. Long texts are cut.
	 * @param picture the picture
	 * @return the bytes, with a checksum
	 * @throws IOException if a text cannot be written
	 */
	public static byte[] write(ProcessPicture picture) throws IOException {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		DataOutputStream out = new DataOutputStream(bytes);
		text(out, picture.id());
		text(out, picture.process());
		out.writeLong(picture.number());
		list(out, picture.holds(), PictureFormat::write);
		list(out, picture.waits(), PictureFormat::write);
		return withHead(bytes.toByteArray());
	}

	/** What is behind it belongs to an earlier picture. */
	private static byte[] withHead(byte[] content) {
		return ByteBuffer.allocate(HEAD + content.length)
			.putInt(THIS_FORMAT)
			.putInt(content.length)
			.putInt(checksum(content))
			.put(content)
			.array();
	}

	private static int checksum(byte[] content) {
		CRC32 checksum = new CRC32();
		checksum.update(content);
		return (int) checksum.getValue();
	}

	private static void write(DataOutputStream out, Hold hold) throws IOException {
		text(out, hold.resource());
		text(out, hold.type().name());
		text(out, hold.owner());
		out.writeLong(hold.ownerId());
		optionalText(out, hold.method());
		time(out, hold.since());
		out.writeLong(hold.fencingToken());
	}

	private static void write(DataOutputStream out, Wait wait) throws IOException {
		out.writeLong(wait.id());
		text(out, wait.resource());
		text(out, wait.type().name());
		out.writeBoolean(wait.distributed());
		out.writeBoolean(wait.asks());
		text(out, wait.owner());
		list(out, wait.ownerIds(), DataOutputStream::writeLong);
		list(out, wait.blockerIds(), DataOutputStream::writeLong);
		optionalText(out, wait.method());
		time(out, wait.since());
		out.writeInt(wait.position());
		list(out, wait.holds(), PictureFormat::text);
	}

	/**
	 * Reads a picture.
	 * @param bytes the bytes; more may follow
	 * @return the picture; empty if the bytes are something else, or not complete
	 * @throws IOException if the bytes make no sense
	 */
	public static Optional<ProcessPicture> read(ByteBuffer bytes) throws IOException {
		byte[] content = content(bytes);
		if (content.length == 0) {
			return Optional.empty();
		}
		DataInputStream in = new DataInputStream(new ByteArrayInputStream(content));
		try {
			return Optional.of(new ProcessPicture(in.readUTF(), in.readUTF(), in.readLong(),
					list(in, PictureFormat::hold), list(in, PictureFormat::wait)));
		}
		catch (DateTimeException | IllegalArgumentException ex) {
			throw new IOException("The picture makes no sense", ex);
		}
	}

	/** Returns nothing if it is no picture, or is just being written. */
	private static byte[] content(ByteBuffer bytes) {
		if (bytes.remaining() < HEAD || bytes.getInt() != THIS_FORMAT) {
			return new byte[0];
		}
		int length = bytes.getInt();
		int checksum = bytes.getInt();
		if (length < 0 || length > bytes.remaining()) {
			return new byte[0];
		}
		byte[] content = new byte[length];
		bytes.get(content);
		return (checksum(content) == checksum) ? content : new byte[0];
	}

	private static Hold hold(DataInputStream in) throws IOException {
		return new Hold(in.readUTF(), type(in), in.readUTF(), in.readLong(), optionalText(in), time(in), in.readLong());
	}

	private static Wait wait(DataInputStream in) throws IOException {
		return new Wait(in.readLong(), in.readUTF(), type(in), in.readBoolean(), in.readBoolean(), in.readUTF(),
				list(in, DataInputStream::readLong), list(in, DataInputStream::readLong), optionalText(in), time(in),
				in.readInt(), list(in, (texts) -> texts.readUTF()));
	}

	private static LockType type(DataInputStream in) throws IOException {
		return LockType.valueOf(in.readUTF());
	}

	private static void text(DataOutputStream out, String text) throws IOException {
		out.writeUTF((text.length() > LONGEST_TEXT) ? text.substring(0, LONGEST_TEXT) : text);
	}

	private static void optionalText(DataOutputStream out, @Nullable String text) throws IOException {
		out.writeBoolean(text != null);
		if (text != null) {
			text(out, text);
		}
	}

	private static @Nullable String optionalText(DataInputStream in) throws IOException {
		return in.readBoolean() ? in.readUTF() : null;
	}

	private static void time(DataOutputStream out, Instant time) throws IOException {
		out.writeLong(time.getEpochSecond());
		out.writeInt(time.getNano());
	}

	private static Instant time(DataInputStream in) throws IOException {
		return Instant.ofEpochSecond(in.readLong(), in.readInt());
	}

	private static <T> void list(DataOutputStream out, List<T> list, Writer<T> writer) throws IOException {
		out.writeInt(list.size());
		for (T element : list) {
			writer.write(out, element);
		}
	}

	private static <T> List<T> list(DataInputStream in, Reader<T> reader) throws IOException {
		int size = in.readInt();
		if (size < 0 || size > LONGEST_LIST) {
			throw new IOException("The picture has a list of " + size);
		}
		List<T> list = new ArrayList<>();
		for (int i = 0; i < size; i++) {
			list.add(reader.read(in));
		}
		return list;
	}

	/**
	 * Writes an element.
	 *
	 * @param <T> its type
	 */
	private interface Writer<T> {

		void write(DataOutputStream out, T element) throws IOException;

	}

	/**
	 * Reads an element.
	 *
	 * @param <T> its type
	 */
	private interface Reader<T> {

		T read(DataInputStream in) throws IOException;

	}

}
