package io.github.locks.benchmarks;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What the processes of one measurement share, in a file that is mapped into the memory
 * of each: when they begin, what the lock under test guards, and their results. It knows
 * nothing of the lock, and sees if two are inside at the same time.
 */
final class Scoreboard {

	static final int MOST_THREADS = 128;

	private static final int READY = 0;

	private static final int INSIDE = 1;

	private static final int GUARDED = 2;

	private static final int OVERLAPS = 3;

	private static final int TURNS = 4;

	private static final int CLIENT_NANOS = 5;

	private static final int SERVER_NANOS = 6;

	/** Places of single threads and of latencies. */
	private static final int THREADS = 16;

	private static final int LATENCIES = THREADS + MOST_THREADS;

	/** Each power of two has so many classes of latencies. */
	private static final int CLASSES = 32;

	private static final int LENGTH = LATENCIES + 64 * CLASSES;

	private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

	private final ByteBuffer memory;

	private Scoreboard(ByteBuffer memory) {
		this.memory = memory;
	}

	static Scoreboard open(Path file) throws IOException {
		try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ,
				StandardOpenOption.WRITE)) {
			return new Scoreboard(channel.map(FileChannel.MapMode.READ_WRITE, 0, (long) LENGTH * Long.BYTES)
				.order(ByteOrder.nativeOrder()));
		}
	}

	private long get(int place) {
		return (long) LONGS.getVolatile(this.memory, place * Long.BYTES);
	}

	private void add(int place, long value) {
		LONGS.getAndAdd(this.memory, place * Long.BYTES, value);
	}

	/** Waits until all are ready. */
	void meet(int processes) {
		add(READY, 1);
		while (get(READY) < processes) {
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
		}
	}

	/** The lock was granted: nobody else may be inside. */
	void enter(long id) {
		if (!LONGS.compareAndSet(this.memory, INSIDE * Long.BYTES, 0L, id)) {
			add(OVERLAPS, 1);
		}
		// Neither atomic nor volatile: only the lock saves it.
		this.memory.putLong(GUARDED * Long.BYTES, this.memory.getLong(GUARDED * Long.BYTES) + 1);
	}

	/** The lock is about to be given back. */
	void leave(long id) {
		if (!LONGS.compareAndSet(this.memory, INSIDE * Long.BYTES, id, 0L)) {
			add(OVERLAPS, 1);
		}
	}

	/**
	 * Adds what a thread has done.
	 * @param thread its number among all threads of all processes
	 * @param turns all its turns
	 * @param measured its turns while it was measured
	 * @param latencies how often each class of latencies was seen then
	 */
	void add(int thread, long turns, long measured, long[] latencies) {
		add(TURNS, turns);
		add(THREADS + thread, measured);
		for (int i = 0; i < latencies.length; i++) {
			if (latencies[i] > 0) {
				add(LATENCIES + i, latencies[i]);
			}
		}
	}

	/** Adds what was used while it was measured. */
	void addCpu(long clientNanos, long serverNanos) {
		add(CLIENT_NANOS, clientNanos);
		add(SERVER_NANOS, serverNanos);
	}

	/** Fails if the lock has let two in. */
	void checkExclusion(boolean shared) {
		long lost = get(TURNS) - get(GUARDED);
		if (shared && (get(OVERLAPS) > 0 || lost != 0)) {
			throw new IllegalStateException("The lock does not exclude: " + get(OVERLAPS) + " overlaps, " + lost
					+ " of " + get(TURNS) + " updates lost");
		}
	}

	long clientNanos() {
		return get(CLIENT_NANOS);
	}

	long serverNanos() {
		return get(SERVER_NANOS);
	}

	/** The measured turns of some threads, one after the other. */
	long[] turns(int first, int count) {
		long[] turns = new long[count];
		Arrays.setAll(turns, (i) -> get(THREADS + first + i));
		return turns;
	}

	static long[] newLatencies() {
		return new long[LENGTH - LATENCIES];
	}

	static int classOf(long nanos) {
		int power = 63 - Long.numberOfLeadingZeros(Math.max(CLASSES, nanos));
		int part = (int) (Math.max(CLASSES, nanos) >>> (power - 5)) - CLASSES;
		return power * CLASSES + part;
	}

	/** The middle of the class in which a share of all latencies ends. */
	double latencyNanos(double share) {
		long all = 0;
		for (int i = LATENCIES; i < LENGTH; i++) {
			all += get(i);
		}
		long rest = (long) Math.ceil(share * all);
		for (int i = LATENCIES; i < LENGTH; i++) {
			rest -= get(i);
			if (rest <= 0) {
				int number = i - LATENCIES;
				return Math.scalb(1 + (number % CLASSES + 0.5) / CLASSES, number / CLASSES);
			}
		}
		return Double.NaN;
	}

}
