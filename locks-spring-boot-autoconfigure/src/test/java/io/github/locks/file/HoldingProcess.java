package io.github.locks.file;

import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.locks.Deadlock;
import io.github.locks.LockHandle;
import io.github.locks.LockRequest;
import io.github.locks.LockScope;
import io.github.locks.support.DefaultLockManager;

/**
 * A process that takes the lock of one resource many times and writes down when it was
 * inside, as {@code OWNER W ENTER_NANOS LEAVE_NANOS}. With the mode {@code naive} it uses
 * a lock file in the way that gives two holders, to show that the test can see it; with
 * {@code hold} it takes the lock once and keeps it until its input ends.
 */
final class HoldingProcess {

	static final Duration LONGEST_READ = Duration.ofMillis(100);

	/** What the parent process reads; logs go to the other stream. */
	private static final PrintStream RESULTS = new PrintStream(System.out, true, StandardCharsets.UTF_8);

	private HoldingProcess() {
	}

	public static void main(String[] args) throws Exception {
		System.setOut(System.err);
		Path directory = Path.of(args[1]);
		switch (args[0]) {
			case "hold" -> hold(directory, args[2]);
			case "read" -> read(directory, args[2]);
			case "deadlock" -> deadlock(directory, args[2], args[3]);
			case "naive" -> record(Integer.parseInt(args[3]), (inside) -> naive(directory.resolve(args[2]), inside));
			default -> {
				try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory).build()) {
					record(Integer.parseInt(args[3]), (inside) -> {
						try (LockHandle held = locks.distributedLock(args[2], Duration.ofMinutes(2))) {
							inside.run();
						}
					});
				}
			}
		}
	}

	static Process start(Path output, String... arguments) throws Exception {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto",
						"-Xlog:disable", "-Xlog:all=warning:stderr", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
						"-Xmx128m", "-cp", System.getProperty("java.class.path"), HoldingProcess.class.getName()));
		command.addAll(List.of(arguments));
		return new ProcessBuilder(command).redirectOutput(output.toFile())
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
	}

	private static void hold(Path directory, String resource) throws Exception {
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory).build();
				LockHandle held = locks.distributedLock(resource)) {
			RESULTS.println("holding " + held.fencingToken());
			while (System.in.read() >= 0) {
				// until the input ends
			}
		}
	}

	/** Reads again and again, for so long that some process always does. */
	private static void read(Path directory, String resource) {
		LockRequest request = LockRequest.read(resource).scope(LockScope.DISTRIBUTED).build();
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory).build()) {
			while (true) {
				try (LockHandle held = locks.acquire(request)) {
					RESULTS.println("reading " + held.fencingToken());
					LockSupport.parkNanos(
							ThreadLocalRandom.current().nextLong(LONGEST_READ.toNanos() / 2, LONGEST_READ.toNanos()));
				}
			}
		}
	}

	/** Takes two locks, each of which another process takes first at the same time. */
	private static void deadlock(Path directory, String first, String second) {
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory).build();
				LockHandle held = locks.distributedLock(first)) {
			while (locks.getLockStatus(second).isEmpty()) {
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
			}
			LockRequest request = LockRequest.distributed(second).owner(held.owner()).build();
			locks.acquireAsync(request);
			while (locks.getLockStatus(first).get(0).locks().get("distributed").waiters().isEmpty()) {
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
			}
			long start = System.nanoTime();
			List<Deadlock> found = awaitDeadlocks(locks, true);
			RESULTS.println("deadlock of " + found.get(0).participants().size() + " in "
					+ TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + " ms");
			awaitDeadlocks(locks, false);
			RESULTS.println("gone");
		}
	}

	private static List<Deadlock> awaitDeadlocks(DefaultLockManager locks, boolean some) {
		List<Deadlock> found = locks.detectDeadlocks();
		while (found.isEmpty() == some) {
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
			found = locks.detectDeadlocks();
		}
		return found;
	}

	private static void record(int holds, Holder holder) throws Exception {
		StringBuilder lines = new StringBuilder();
		long pid = ProcessHandle.current().pid();
		for (int i = 0; i < holds; i++) {
			holder.hold(() -> {
				long enter = System.nanoTime();
				LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(TimeUnit.MICROSECONDS.toNanos(20)));
				lines.append(pid + " W " + enter + " " + System.nanoTime() + "\n");
			});
		}
		RESULTS.print(lines);
		RESULTS.flush();
	}

	/** Unlocks, then deletes: whoever waits has the old file, who comes next the new. */
	private static void naive(Path file, Runnable inside) throws Exception {
		while (true) {
			try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
				FileLock lock = channel.tryLock();
				if (lock != null) {
					inside.run();
					lock.release();
					Files.deleteIfExists(file);
					return;
				}
			}
			LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(TimeUnit.MICROSECONDS.toNanos(200)));
		}
	}

	/**
	 * A way to hold a lock.
	 */
	private interface Holder {

		void hold(Runnable inside) throws Exception;

	}

}
