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

import io.github.locks.LockHandle;
import io.github.locks.support.DefaultLockManager;

/**
 * A process that takes the lock of one resource many times and writes down when it was
 * inside, as {@code OWNER W ENTER_NANOS LEAVE_NANOS}. With the mode {@code naive} it uses
 * a lock file in the way that gives two holders, to show that the test can see it; with
 * {@code hold} it takes the lock once and keeps it until its input ends.
 */
final class HoldingProcess {

	/** What the parent process reads; logs go to the other stream. */
	private static final PrintStream RESULTS = new PrintStream(System.out, true, StandardCharsets.UTF_8);

	private HoldingProcess() {
	}

	public static void main(String[] args) throws Exception {
		System.setOut(System.err);
		Path directory = Path.of(args[1]);
		switch (args[0]) {
			case "hold" -> hold(directory, args[2]);
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
						"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m", "-cp",
						System.getProperty("java.class.path"), HoldingProcess.class.getName()));
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
