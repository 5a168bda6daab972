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
 * Nobody ever waits for a process that was suspended or killed while it changed
 * something, and no interrupt closes it.
 * <p>
 * A read or a write beyond the end of a file that somebody has cut off throws an
 * {@link InternalError}, but an atomic exchange ends the JVM if its code is not compiled
 * yet. So only the token, of which none may be given twice, is exchanged, and the length
 * is looked at before (see {@link LockFiles#checkSurroundings}). Of all else it does no
 * harm that two who write it at the same time may undo one of the two.
 *
 * <pre>
 *   0  the last fencing token
 *   8  how many lock files were removed so far
 *  16  the version of this layout
 *  32  marks of files whose holder may crash
 *   n  for files, by their hash, and processes: when somebody has waited
 * </pre>
 *
 * @param bytes the mapped file
 */
record SharedPage(MappedByteBuffer bytes) {

	static final int MARKS = 4096;

	static final int WAITS = 1024;

	/** So that processes do not write over what others say of the same file. */
	private static final int VOICES = 4;

	private static final int TOKEN = 0;

	private static final int REMOVALS = 8;

	private static final int LAYOUT = 16;

	private static final int FIRST_MARK = 32;

	private static final int FIRST_WAIT = FIRST_MARK + MARKS * Long.BYTES;

	static final int SIZE = FIRST_WAIT + WAITS * VOICES * Long.BYTES;

	/** One that no other kind of file begins with by accident. */
	private static final long THIS_LAYOUT = 0x4c6f636b73000003L;

	private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

	/**
	 * Maps the file, which has been made long enough, and looks who made it.
	 * @throws IOException if it was made by something that arranges it differently
	 */
	static SharedPage map(FileChannel channel) throws IOException {
		SharedPage page = new SharedPage(channel.map(MapMode.READ_WRITE, 0, SIZE));
		if (page.get(LAYOUT) == 0) {
			page.set(LAYOUT, THIS_LAYOUT);
		}
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
		ByteBuffer bytes = ByteBuffer.allocate(SIZE).putLong(LAYOUT, THIS_LAYOUT);
		bytes.position((int) Math.min(channel.size(), SIZE));
		while (bytes.hasRemaining()) {
			channel.write(bytes, bytes.position());
		}
	}

	long token() {
		return get(TOKEN);
	}

	boolean token(long expected, long next) {
		return LONG.compareAndSet(this.bytes, TOKEN, expected, next);
	}

	long removals() {
		return get(REMOVALS);
	}

	/** For who has the directory to itself. */
	void countRemoval() {
		set(REMOVALS, get(REMOVALS) + 1);
	}

	long mark(int place) {
		return get(markAt(place));
	}

	/** Puts a mark in the place of another one. */
	boolean mark(int place, long expected, long next) {
		return replace(markAt(place), expected, next);
	}

	private static int markAt(int place) {
		return FIRST_MARK + Math.floorMod(place, MARKS) * Long.BYTES;
	}

	/** Whether a process has said lately that somebody waits. */
	boolean isWaitedFor(int place, long now, long validNanos) {
		for (int who = 0; who < VOICES; who++) {
			if (Math.abs(now - get(waitAt(place, who))) < validNanos) {
				return true;
			}
		}
		return false;
	}

	/** Says that somebody waits. */
	void waitedAt(int place, int who, long time) {
		set(waitAt(place, who), time);
	}

	/** Takes back what was said at a time, unless somebody has said it since. */
	void endWait(int place, int who, long time) {
		replace(waitAt(place, who), time, 0);
	}

	private static int waitAt(int place, int who) {
		return FIRST_WAIT + (Math.floorMod(place, WAITS) * VOICES + Math.floorMod(who, VOICES)) * Long.BYTES;
	}

	private boolean replace(int index, long expected, long next) {
		boolean same = get(index) == expected;
		if (same) {
			set(index, next);
		}
		return same;
	}

	private long get(int index) {
		return (long) LONG.getVolatile(this.bytes, index);
	}

	private void set(int index, long value) {
		LONG.setVolatile(this.bytes, index, value);
	}

}
