package io.github.locks.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

import io.github.locks.LockOwner;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Threads think (about 600 ns), then work under a lock that they share (about 100 ns),
 * and so on. Not JMH, which tells neither how long single threads wait nor what each of
 * them gets. Virtual threads yield after each turn, as they do in JMH: they would not
 * share their carriers otherwise.
 */
final class ContendedBenchmark {

	private static final int INSIDE_TOKENS = 75;

	private static final int OUTSIDE_TOKENS = 375;

	private static final List<Peer> PEERS = List.of(Peer.RRWL_FAIR, Peer.RRWL_NONFAIR, Peer.STAMPED, Peer.ENGINE,
			Peer.ENGINE_BOUNDED, Peer.MANAGER);

	private final GuardedWork lock;

	private final int writePercent;

	private final boolean virtual;

	private volatile Phase phase = Phase.WARMUP;

	/** Guarded by the lock under test. */
	private long value;

	private ContendedBenchmark(Peer peer, int writePercent, boolean virtual) {
		this.lock = peer.create();
		this.writePercent = writePercent;
		this.virtual = virtual;
	}

	static List<Job> jobs(Options options) {
		int warmup = options.quick() ? 500 : 3000;
		int measured = options.quick() ? 1000 : 8000;
		List<Job> jobs = new ArrayList<>();
		for (boolean virtual : (Runtime.version().feature() >= 21) ? List.of(false, true) : List.of(false)) {
			for (int threads : List.of(2, 4, 16)) {
				for (int writePercent : List.of(5, 50)) {
					String section = "Contended, %d %s threads, %d/%d".formatted(threads,
							virtual ? "virtual" : "platform", 100 - writePercent, writePercent);
					for (Peer peer : PEERS) {
						jobs.add(new Job(section, peer.toString(), new Fork(ContendedBenchmark.class, List.of(),
								peer.name(), threads, writePercent, virtual, warmup, measured)));
					}
				}
			}
		}
		return jobs;
	}

	/**
	 * Measures one lock.
	 * @param args peer, number of threads, percentage of writers, whether the threads are
	 * virtual, milliseconds to warm up and to measure
	 * @throws Exception if a thread fails
	 */
	public static void main(String[] args) throws Exception {
		ContendedBenchmark benchmark = new ContendedBenchmark(Peer.valueOf(args[0]), Integer.parseInt(args[2]),
				Boolean.parseBoolean(args[3]));
		benchmark.run(Integer.parseInt(args[1]), Long.parseLong(args[4]), Long.parseLong(args[5]));
		System.exit(0);
	}

	private void run(int threads, long warmupMillis, long measuredMillis) throws Exception {
		List<Turns> turns = new ArrayList<>();
		List<Future<?>> ends = new ArrayList<>();
		CountDownLatch start = new CountDownLatch(threads);
		ExecutorService executor = executor();
		for (int i = 0; i < threads; i++) {
			Turns own = new Turns(i + 1);
			turns.add(own);
			ends.add(executor.submit(() -> {
				start.countDown();
				start.await();
				run(own);
				return null;
			}));
		}
		start.await();
		pause(warmupMillis);
		long begin = System.nanoTime();
		this.phase = Phase.MEASURED;
		pause(measuredMillis);
		this.phase = Phase.OVER;
		long nanos = System.nanoTime() - begin;
		for (Future<?> end : ends) {
			end.get();
		}
		print(turns, nanos);
	}

	private void run(Turns turns) {
		LockOwner owner = LockOwner.current();
		LongSupplier reading = () -> {
			Blackhole.consumeCPU(INSIDE_TOKENS);
			return turns.begun() + this.value;
		};
		LongSupplier writing = () -> {
			Blackhole.consumeCPU(INSIDE_TOKENS);
			return turns.begun() + ++this.value;
		};
		long sum = 0;
		for (Phase now = this.phase; now != Phase.OVER; now = this.phase) {
			Blackhole.consumeCPU(OUTSIDE_TOKENS);
			boolean write = turns.next(now == Phase.MEASURED) % 100 < this.writePercent;
			sum += write ? this.lock.write(owner, writing) : this.lock.read(owner, reading);
			if (this.virtual) {
				Thread.yield();
			}
		}
		turns.sum = sum;
	}

	/** Reflection, as the class files are for Java 17. */
	private ExecutorService executor() throws ReflectiveOperationException {
		return this.virtual
				? (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null)
				: Executors.newCachedThreadPool();
	}

	private static void print(List<Turns> turns, long nanos) {
		long total = turns.stream().mapToLong((own) -> own.count).sum();
		long least = turns.stream().mapToLong((own) -> own.count).min().orElse(0);
		long most = turns.stream().mapToLong((own) -> own.count).max().orElse(1);
		long[] waits = turns.stream().flatMapToLong((own) -> Arrays.stream(own.samples())).sorted().toArray();
		Fork.print("kops/s", total * 1e6 / nanos);
		Fork.print("p50 wait [µs]", percentile(waits, 0.5));
		Fork.print("p99 wait [µs]", percentile(waits, 0.99));
		Fork.print("p99.9 wait [µs]", percentile(waits, 0.999));
		Fork.print("min/max share", (double) least / Math.max(1, most));
		Fork.print("inside [ns]", nanosOf(INSIDE_TOKENS));
		Fork.print("outside [ns]", nanosOf(OUTSIDE_TOKENS));
	}

	private static double percentile(long[] sorted, double share) {
		return (sorted.length > 0) ? sorted[(int) (share * (sorted.length - 1))] / 1e3 : Double.NaN;
	}

	private static double nanosOf(int tokens) {
		int times = 100_000;
		long least = Long.MAX_VALUE;
		for (int round = 0; round < 5; round++) {
			long begin = System.nanoTime();
			for (int i = 0; i < times; i++) {
				Blackhole.consumeCPU(tokens);
			}
			least = Math.min(least, System.nanoTime() - begin);
		}
		return (double) least / times;
	}

	private static void pause(long millis) {
		long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
		for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
			LockSupport.parkNanos(left);
		}
	}

	private enum Phase {

		WARMUP, MEASURED, OVER

	}

	/** What one thread did. Every 32nd wait is timed. */
	private static final class Turns {

		private static final int EVERY = 32;

		private final long[] waits = new long[1 << 17];

		private int random;

		private long count;

		private int sampled;

		private long asked;

		private long sum;

		Turns(int seed) {
			this.random = seed * 0x9E3779B9;
		}

		/** Before the lock is asked for. */
		int next(boolean measured) {
			this.random ^= this.random << 13;
			this.random ^= this.random >>> 17;
			this.random ^= this.random << 5;
			if (measured && ++this.count % EVERY == 0) {
				this.asked = System.nanoTime();
			}
			return this.random >>> 1;
		}

		/** After the lock was granted. */
		long begun() {
			if (this.asked != 0) {
				this.waits[this.sampled++ % this.waits.length] = System.nanoTime() - this.asked;
				this.asked = 0;
			}
			return this.sum;
		}

		long[] samples() {
			return Arrays.copyOf(this.waits, Math.min(this.sampled, this.waits.length));
		}

	}

}
