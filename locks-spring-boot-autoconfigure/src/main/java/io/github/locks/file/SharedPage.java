package io.github.locks.file;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;

/**
 * The memory that all processes of a lock directory share: the file {@code .seq}, mapped.
 * It is changed by single atomic operations only, so nobody ever waits for a process that
 * was suspended or killed in between, and no interrupt closes it.
 *
 * <pre>
 *   0  the last fencing token
 *   8  how many lock files were removed so far
 *  16  the version of this layout
 *  32  marks of files whose holder may crash
 *   n  for files, by their hash: when somebody has waited
 * </pre>
 *
 * @param bytes the mapped file
 */
record SharedPage(MappedByteBuffer bytes) {

	static final int MARKS = 4096;

	static final int WAITS = 1024;

	private static final int TOKEN = 0;

	private static final int REMOVALS = 8;

	private static final int LAYOUT = 16;

	private static final int FIRST_MARK = 32;

	private static final int FIRST_WAIT = FIRST_MARK + MARKS * Long.BYTES;

	static final int SIZE = FIRST_WAIT + WAITS * Long.BYTES;

	/** One that no other kind of file begins with by accident. */
	private static final long THIS_LAYOUT = 0x4c6f636b73000002L;

	private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

	/**
	 * Maps the file, which has been made long enough, and looks who made it.
	 * @throws IOException if it was made by something that arranges it differently
	 */
	static SharedPage map(FileChannel channel) throws IOException {
		SharedPage page = new SharedPage(channel.map(MapMode.READ_WRITE, 0, SIZE));
		page.compareAndSet(LAYOUT, 0, THIS_LAYOUT);
		long found = page.get(LAYOUT);
		if (found != THIS_LAYOUT) {
			throw new IOException("its file '.seq' was written by another version of the locks, layout "
					+ Long.toHexString(found) + " instead of " + Long.toHexString(THIS_LAYOUT)
					+ "; give each version a directory of its own, or stop all users and remove '.seq'");
		}
		return page;
	}

	/** Gives the file its full length, with its space on the disk taken. */
	static void extend(FileChannel channel) throws IOException {
		long size = channel.size();
		ByteBuffer zeros = ByteBuffer.allocate((int) Math.max(0, SIZE - size));
		while (zeros.hasRemaining()) {
			size += channel.write(zeros, size);
		}
	}

	long token() {
		return get(TOKEN);
	}

	boolean token(long expected, long next) {
		return compareAndSet(TOKEN, expected, next);
	}

	long removals() {
		return get(REMOVALS);
	}

	void countRemoval() {
		LONG.getAndAdd(this.bytes, REMOVALS, 1L);
	}

	long mark(int place) {
		return get(FIRST_MARK + Math.floorMod(place, MARKS) * Long.BYTES);
	}

	boolean mark(int place, long expected, long next) {
		return compareAndSet(FIRST_MARK + Math.floorMod(place, MARKS) * Long.BYTES, expected, next);
	}

	long waitedAt(int place) {
		return get(FIRST_WAIT + Math.floorMod(place, WAITS) * Long.BYTES);
	}

	void waitedAt(int place, long time) {
		LONG.setVolatile(this.bytes, FIRST_WAIT + Math.floorMod(place, WAITS) * Long.BYTES, time);
	}

	/** Takes back what was said at a time, unless somebody has said it since. */
	void endWait(int place, long time) {
		compareAndSet(FIRST_WAIT + Math.floorMod(place, WAITS) * Long.BYTES, time, 0);
	}

	private long get(int index) {
		return (long) LONG.getVolatile(this.bytes, index);
	}

	private boolean compareAndSet(int index, long expected, long next) {
		return LONG.compareAndSet(this.bytes, index, expected, next);
	}

}
