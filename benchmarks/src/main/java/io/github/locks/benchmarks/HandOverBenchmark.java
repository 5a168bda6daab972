package io.github.locks.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import com.sun.management.OperatingSystemMXBean;
import io.github.locks.LockHandle;
import io.github.locks.support.DefaultLockManager;
import org.springframework.util.FileSystemUtils;

/**
 * How long it takes from the release of a lock by one process until another one that
 * waits has it. Two processes hold a lock in turn for 3 to 15 ms; each asks again while
 * the other holds it.
 */
final class HandOverBenchmark implements Callable<List<Measurement>> {

	static final String BASELINE = "FileChannel, asked every 10 ms";

	/** Locks without a wait, then short turns, until what is compared is compiled. */
	private static final int WARMUP = 50_000;

	private static final int WARMUP_TURNS = 10_000;

	/** At full speed: what happens in long holds only is compiled late. */
	private static final int UNCOUNTED_TURNS = 500;

	private static final Duration LONG_WAIT = Duration.ofSeconds(10);

	private static final Map<String, String> WAYS = new LinkedHashMap<>();

	static {
		WAYS.put("poll10", BASELINE);
		WAYS.put("poll1", "FileChannel, asked every 1 ms");
		WAYS.put("kernel", "FileChannel.lock(), not to be interrupted");
		WAYS.put("manager", "LockManager");
	}

	private final String way;

	private final int turns;

	private HandOverBenchmark(String way, int turns) {
		this.way = way;
		this.turns = turns;
	}

	static List<Job> jobs(Options options) {
		int turns = options.quick() ? 60 : 700;
		String section = "Hand-over of a file lock between two processes";
		List<Job> jobs = new ArrayList<>();
		WAYS.forEach((way, subject) -> jobs.add(new Job(section, subject, new HandOverBenchmark(way, turns))));
		WAYS.forEach((way, subject) -> jobs.add(new Job("A long wait for a file lock that another process holds",
				subject, new HandOverBenchmark(way, 0))));
		return jobs;
	}

	@Override
	public List<Measurement> call() throws Exception {
		Path directory = Files.createTempDirectory("locks");
		try {
			Path one = directory.resolve("one.turns");
			Path two = directory.resolve("two.turns");
			Fork first = new Fork(HandOverBenchmark.class, List.of(), this.way, directory, one, two, this.turns);
			Fork second = new Fork(HandOverBenchmark.class, List.of(), this.way, directory, two, one, this.turns);
			List<Measurement> cpu = new ArrayList<>();
			Thread other = new Thread(() -> cpu.addAll(callQuietly(second)));
			other.start();
			cpu.addAll(first.call());
			other.join();
			return (this.turns > 0) ? measurements(turns(one, two), cpu) : longWait(cpu);
		}
		finally {
			FileSystemUtils.deleteRecursively(directory);
		}
	}

	private static List<Measurement> callQuietly(Fork fork) {
		try {
			return fork.call();
		}
		catch (IOException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static List<Measurement> measurements(List<Turn> turns, List<Measurement> cpu) {
		List<Long> nanos = new ArrayList<>();
		for (int i = 1; i < turns.size(); i++) {
			Turn before = turns.get(i - 1);
			Turn turn = turns.get(i);
			if (before.process() != turn.process() && turn.asked() < before.left()) {
				nanos.add(turn.entered() - before.left());
			}
		}
		nanos.sort(null);
		return List.of(new Measurement("us, median", micros(nanos, 0.5)),
				new Measurement("99th percentile", micros(nanos, 0.99)), new Measurement("longest", micros(nanos, 1)),
				new Measurement("hand-overs", nanos.size()), new Measurement("% of a CPU, each",
						cpu.stream().mapToDouble(Measurement::value).average().orElseThrow()));
	}

	/** Of the one who waited: the other one did nothing. */
	private static List<Measurement> longWait(List<Measurement> cpu) {
		double most = cpu.stream().mapToDouble(Measurement::value).max().orElseThrow();
		return List.of(new Measurement("% of a CPU", most));
	}

	private static double micros(List<Long> sorted, double quantile) {
		return sorted.get((int) Math.min(sorted.size() - 1, quantile * sorted.size())) / 1e3;
	}

	private static List<Turn> turns(Path... files) throws IOException {
		List<Turn> turns = new ArrayList<>();
		for (int process = 0; process < files.length; process++) {
			for (String line : Files.readAllLines(files[process])) {
				String[] times = line.split(" ");
				turns.add(new Turn(process, Long.parseLong(times[0]), Long.parseLong(times[1]),
						Long.parseLong(times[2])));
			}
		}
		turns.sort(Comparator.comparingLong(Turn::entered));
		return turns;
	}

	/**
	 * One of the two processes.
	 * @param args how to lock, the directory, the file for its turns and the one of the
	 * other process, how many turns
	 * @throws Exception if it fails
	 */
	public static void main(String[] args) throws Exception {
		Path directory = Path.of(args[1]);
		Path turns = Path.of(args[2]);
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory.resolve("locks")).build();
				FileChannel channel = FileChannel.open(directory.resolve("file"), StandardOpenOption.CREATE,
						StandardOpenOption.WRITE)) {
			Locking locking = switch (args[0]) {
				case "poll10" -> () -> poll(channel, TimeUnit.MILLISECONDS.toNanos(10));
				case "poll1" -> () -> poll(channel, TimeUnit.MILLISECONDS.toNanos(1));
				case "kernel" -> () -> channel.lock()::close;
				default -> () -> {
					LockHandle handle = locks.distributedLock("a");
					return handle::close;
				};
			};
			for (int i = 0; i < WARMUP; i++) {
				locks.distributedLock(turns.toString()).close();
			}
			takeTurns(locking, WARMUP_TURNS, 20);
			meet(turns, Path.of(args[3]));
			int count = Integer.parseInt(args[4]);
			boolean holds = turns.endsWith("one.turns");
			if (count > 0) {
				takeTurns(locking, UNCOUNTED_TURNS, 1);
			}
			else {
				holdOrWait(locking, holds);
			}
			long cpu = cpuNanos();
			long start = System.nanoTime();
			List<String> lines = (count > 0) ? takeTurns(locking, count, 1) : holdOrWait(locking, holds);
			Fork.print("cpu", 100.0 * (cpuNanos() - cpu) / (System.nanoTime() - start));
			Files.write(turns, lines);
		}
	}

	private static void meet(Path mine, Path other) throws IOException {
		Files.createFile(mine);
		while (Files.notExists(other)) {
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
		}
	}

	private static List<String> holdOrWait(Locking locking, boolean holds) throws Exception {
		if (!holds) {
			pause(LONG_WAIT.toNanos() / 20);
		}
		AutoCloseable held = locking.lock();
		if (holds) {
			pause(LONG_WAIT.toNanos());
		}
		held.close();
		return List.of();
	}

	private static List<String> takeTurns(Locking locking, int count, int speed) throws Exception {
		List<String> lines = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			long asked = System.nanoTime();
			AutoCloseable held = locking.lock();
			long entered = System.nanoTime();
			pause(ThreadLocalRandom.current()
				.nextLong(TimeUnit.MILLISECONDS.toNanos(3) / speed, TimeUnit.MILLISECONDS.toNanos(15) / speed));
			long left = System.nanoTime();
			held.close();
			lines.add(asked + " " + entered + " " + left);
			// Longer than whoever asks seldom needs to see that the lock is free.
			pause(TimeUnit.MILLISECONDS.toNanos(11) / speed);
		}
		return lines;
	}

	/** To park may end early: a lock that was waited for may leave a permit behind. */
	private static void pause(long nanos) {
		long start = System.nanoTime();
		for (long left = nanos; left > 0; left = nanos - (System.nanoTime() - start)) {
			LockSupport.parkNanos(left);
		}
	}

	private static AutoCloseable poll(FileChannel channel, long pauseNanos) throws IOException {
		while (true) {
			FileLock lock = channel.tryLock();
			if (lock != null) {
				return lock;
			}
			LockSupport.parkNanos(pauseNanos);
		}
	}

	private static long cpuNanos() {
		return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
	}

	/**
	 * A way to lock.
	 */
	private interface Locking {

		AutoCloseable lock() throws Exception;

	}

	/**
	 * When a process asked for the lock, got it and gave it back.
	 */
	private record Turn(int process, long asked, long entered, long left) {
	}

}
