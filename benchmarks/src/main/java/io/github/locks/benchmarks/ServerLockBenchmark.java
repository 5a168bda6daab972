package io.github.locks.benchmarks;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import com.sun.management.OperatingSystemMXBean;
import org.springframework.util.FileSystemUtils;

/**
 * What locks in a server cost: free ones, each thread with a hundred of its own, and one
 * that the threads of two processes share. A shared lock is watched by a
 * {@link Scoreboard}, which fails the benchmark if two are inside or an update is lost.
 */
final class ServerLockBenchmark {

	private static final int NAMES = 100;

	private static final List<RedisPeer> FREE_REDIS = List.of(RedisPeer.PING, RedisPeer.RLOCK, RedisPeer.RLOCK_TUNED,
			RedisPeer.RFAIR, RedisPeer.REGISTRY_SPIN, RedisPeer.REGISTRY_MESSAGES, RedisPeer.SHEDLOCK, RedisPeer.OURS);

	private static final List<RedisPeer> SHARED_REDIS = List.of(RedisPeer.RLOCK, RedisPeer.RLOCK_TUNED, RedisPeer.RFAIR,
			RedisPeer.REGISTRY_SPIN, RedisPeer.REGISTRY_MESSAGES, RedisPeer.OURS, RedisPeer.OURS_NO_HAND_OVER);

	private static final List<SqlPeer> FREE_SQL = List.of(SqlPeer.SELECT, SqlPeer.ADVISORY, SqlPeer.REGISTRY,
			SqlPeer.SHEDLOCK, SqlPeer.OURS);

	private static final List<SqlPeer> SHARED_SQL = List.of(SqlPeer.ADVISORY, SqlPeer.REGISTRY, SqlPeer.REGISTRY_TUNED,
			SqlPeer.OURS, SqlPeer.OURS_NO_HAND_OVER);

	private final Shape shape;

	private final RemoteLocks locks;

	private final Scoreboard board;

	private volatile Phase phase = Phase.WARMUP;

	private ServerLockBenchmark(Shape shape, RemoteLocks locks, Scoreboard board) {
		this.shape = shape;
		this.locks = locks;
		this.board = board;
	}

	static List<Job> redis(Options options) {
		LocalServer server = LocalServer.redis(options.redis());
		List<Job> jobs = new ArrayList<>();
		for (int threads : new int[] { 1, 16, 64 }) {
			String section = "Redis, free locks, " + threads + (threads == 1 ? " thread" : " threads");
			FREE_REDIS.forEach((peer) -> jobs.add(job(options, server, section, peer, Shape.free(threads))));
		}
		for (int micros : new int[] { 0, 1000 }) {
			String section = "Redis, one lock, 2 processes with 8 threads each, held for " + micros / 1000 + " ms";
			jobs.add(job(options, server, section, RedisPeer.LOCAL, new Shape(1, 16, true, micros)));
			SHARED_REDIS.forEach((peer) -> jobs.add(job(options, server, section, peer, Shape.shared(micros))));
		}
		return jobs;
	}

	static List<Job> sql(Options options) {
		LocalServer server = LocalServer.postgres(options.postgres());
		List<Job> jobs = new ArrayList<>();
		for (int threads : new int[] { 1, 8 }) {
			String section = "PostgreSQL, free locks, " + threads + (threads == 1 ? " thread" : " threads");
			FREE_SQL.forEach((peer) -> jobs.add(job(options, server, section, peer, Shape.free(threads))));
		}
		String section = "PostgreSQL, one lock, 2 processes with 8 threads each, held for 0 ms";
		SHARED_SQL.forEach((peer) -> jobs.add(job(options, server, section, peer, Shape.shared(0))));
		return jobs;
	}

	private static Job job(Options options, LocalServer server, String section, Enum<?> peer, Shape shape) {
		long warmup = options.quick() ? 1500 : 4000;
		long measured = options.quick() ? 2000 : 8000;
		return new Job(section, peer.toString(), new Run(server, peer, shape, warmup, measured));
	}

	/**
	 * One of the processes.
	 * @param args class and name of the peer, address and process of the server, the file
	 * of the scoreboard, the number of this process, the {@link Shape}, milliseconds to
	 * warm up and to measure
	 * @throws Exception if a lock fails
	 */
	public static void main(String[] args) throws Exception {
		Shape shape = new Shape(Integer.parseInt(args[5]), Integer.parseInt(args[6]), Boolean.parseBoolean(args[7]),
				Integer.parseInt(args[8]));
		RemoteLocks locks = args[0].equals("RedisPeer") ? RedisPeer.valueOf(args[1]).create(args[2])
				: SqlPeer.valueOf(args[1]).create(args[2]);
		try (locks) {
			new ServerLockBenchmark(shape, locks, Scoreboard.open(Path.of(args[4]))).run(Integer.parseInt(args[9]),
					Long.parseLong(args[3]), Long.parseLong(args[10]), Long.parseLong(args[11]));
		}
		System.exit(0);
	}

	private void run(int process, long server, long warmupMillis, long measuredMillis) throws Exception {
		int threads = this.shape.threads();
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		CountDownLatch start = new CountDownLatch(1);
		List<Future<?>> ends = new ArrayList<>();
		for (int i = 0; i < threads; i++) {
			int thread = process * threads + i;
			ends.add(executor.submit(() -> {
				start.await();
				work(thread);
				return null;
			}));
		}
		this.board.meet(this.shape.processes());
		start.countDown();
		pause(TimeUnit.MILLISECONDS.toNanos(warmupMillis));
		long client = cpuNanos();
		long used = LocalServer.cpuNanos(server);
		long begin = System.nanoTime();
		this.phase = Phase.MEASURED;
		pause(TimeUnit.MILLISECONDS.toNanos(measuredMillis));
		this.phase = Phase.OVER;
		double seconds = (System.nanoTime() - begin) / 1e9;
		this.board.addCpu(cpuNanos() - client, (process == 0) ? LocalServer.cpuNanos(server) - used : 0);
		for (Future<?> end : ends) {
			end.get();
		}
		executor.shutdown();
		Fork.print("seconds", seconds);
	}

	private void work(int thread) throws Exception {
		long[] latencies = Scoreboard.newLatencies();
		String[] names = names(thread);
		long turns = 0;
		long measured = 0;
		for (Phase now = this.phase; now != Phase.OVER; now = this.phase) {
			long asked = System.nanoTime();
			AutoCloseable held = this.locks.lock(names[(int) (turns++ % names.length)]);
			long entered = System.nanoTime();
			if (this.shape.shared()) {
				inside(thread + 1);
			}
			held.close();
			if (now == Phase.MEASURED && this.phase == Phase.MEASURED) {
				long nanos = (this.shape.shared() ? entered : System.nanoTime()) - asked;
				latencies[Scoreboard.classOf(nanos)]++;
				measured++;
			}
		}
		this.board.add(thread, turns, measured, latencies);
	}

	private String[] names(int thread) {
		String[] names = new String[this.shape.shared() ? 1 : NAMES];
		Arrays.setAll(names, (i) -> this.shape.shared() ? "orders:shared" : "orders:" + thread + "-" + i);
		return names;
	}

	private void inside(int id) {
		this.board.enter(id);
		if (this.shape.holdMicros() > 0) {
			pause(TimeUnit.MICROSECONDS.toNanos(this.shape.holdMicros()));
		}
		this.board.leave(id);
	}

	private static void pause(long nanos) {
		long end = System.nanoTime() + nanos;
		for (long left = nanos; left > 0; left = end - System.nanoTime()) {
			LockSupport.parkNanos(left);
		}
	}

	private static long cpuNanos() {
		return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
	}

	private enum Phase {

		WARMUP, MEASURED, OVER

	}

	/**
	 * Who locks what.
	 *
	 * @param processes how many processes
	 * @param threads how many threads in each of them
	 * @param shared whether all want the same lock
	 * @param holdMicros how long a shared lock is held
	 */
	private record Shape(int processes, int threads, boolean shared, int holdMicros) {

		static Shape free(int threads) {
			return new Shape(1, threads, false, 0);
		}

		static Shape shared(int holdMicros) {
			return new Shape(2, 8, true, holdMicros);
		}

	}

	/**
	 * Measures once, in new processes.
	 *
	 * @param server the server
	 * @param peer who keeps locks in it
	 * @param shape who locks what
	 * @param warmupMillis for how long nothing counts
	 * @param measuredMillis for how long it counts then
	 */
	private record Run(LocalServer server, Enum<?> peer, Shape shape, long warmupMillis,
			long measuredMillis) implements Callable<List<Measurement>> {

		@Override
		public List<Measurement> call() throws Exception {
			Path file = Files.createTempFile("locks", ".board");
			try {
				double seconds = run(file);
				Scoreboard board = Scoreboard.open(file);
				try {
					board.checkExclusion(this.shape.shared());
				}
				catch (IllegalStateException ex) {
					throw new IllegalStateException(this.peer + ": " + ex.getMessage(), ex);
				}
				return measurements(board, seconds);
			}
			finally {
				FileSystemUtils.deleteRecursively(file);
			}
		}

		private double run(Path file) throws Exception {
			String address = this.server.address();
			List<Future<List<Measurement>>> ends = new ArrayList<>();
			ExecutorService executor = Executors.newFixedThreadPool(this.shape.processes());
			for (int process = 0; process < this.shape.processes(); process++) {
				ends.add(executor.submit(new Fork(ServerLockBenchmark.class, List.of(),
						this.peer.getDeclaringClass().getSimpleName(), this.peer.name(), address, this.server.pid(),
						file, this.shape.processes(), this.shape.threads(), this.shape.shared(),
						this.shape.holdMicros(), process, this.warmupMillis, this.measuredMillis)));
			}
			executor.shutdown();
			double seconds = 0;
			for (Future<List<Measurement>> end : ends) {
				seconds = end.get().get(0).value();
			}
			return seconds;
		}

		private List<Measurement> measurements(Scoreboard board, double seconds) {
			long[] turns = board.turns(0, this.shape.processes() * this.shape.threads());
			double all = Arrays.stream(turns).sum();
			String what = this.shape.shared() ? " wait [µs]" : " [µs]";
			List<Measurement> measurements = new ArrayList<>(List.of(new Measurement("locks/s", all / seconds),
					new Measurement("p50" + what, board.latencyNanos(0.5) / 1e3),
					new Measurement("p99" + what, board.latencyNanos(0.99) / 1e3),
					new Measurement("longest" + what, board.latencyNanos(1) / 1e3),
					new Measurement("CPU of the client [µs]", board.clientNanos() / 1e3 / all)));
			if (board.serverNanos() > 0) {
				measurements.add(new Measurement("CPU of the server [µs]", board.serverNanos() / 1e3 / all));
			}
			if (turns.length > 1) {
				measurements.add(new Measurement("min/max thread", share(turns)));
			}
			if (this.shape.processes() > 1) {
				long[] processes = new long[this.shape.processes()];
				Arrays.setAll(processes,
						(i) -> Arrays.stream(board.turns(i * this.shape.threads(), this.shape.threads())).sum());
				measurements.add(new Measurement("min/max process", share(processes)));
			}
			return measurements;
		}

		private static double share(long[] turns) {
			return (double) Arrays.stream(turns).min().orElseThrow()
					/ Math.max(1, Arrays.stream(turns).max().orElseThrow());
		}

	}

}
