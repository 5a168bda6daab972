package io.github.locks.benchmarks;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import io.github.locks.support.DefaultLockManager;
import org.springframework.util.FileSystemUtils;

/**
 * What a free file lock costs, by each of the ways to use one, in one thread.
 */
final class FileLockBenchmark {

	static final String BASELINE = "FileChannel: open, lock, release, close";

	private static final int BATCH = 5_000;

	private FileLockBenchmark() {
	}

	static List<Job> jobs(Options options) {
		int batches = options.quick() ? 20 : 600;
		String free = "Free file lock";
		Stream<Job> uncontended = Stream.of(job(free, BASELINE, "open", batches),
				job(free, "FileChannel: open, lock, delete, release, close", "delete", batches),
				job(free, "FileChannel kept open: lock, release", "kept", batches),
				job(free, "LockManager", "manager", batches),
				job(free, "LockManager, a file among 1,000", "manager1000", batches));
		return Stream.concat(uncontended, HandOverBenchmark.jobs(options).stream()).toList();
	}

	private static Job job(String section, String subject, Object... args) {
		return new Job(section, subject, new Fork(FileLockBenchmark.class, List.of(), args));
	}

	/**
	 * Measures one thing.
	 * @param args what, and how many batches
	 * @throws Exception if it fails
	 */
	public static void main(String[] args) throws Exception {
		Path directory = Files.createTempDirectory("locks");
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory).build();
				FileChannel channel = open(directory.resolve("kept"))) {
			Operation operation = switch (args[0]) {
				case "open" -> (i) -> openAndLock(directory.resolve("file"), false);
				case "delete" -> (i) -> openAndLock(directory.resolve("file"), true);
				case "kept" -> (i) -> channel.tryLock().release();
				case "manager" -> (i) -> locks.distributedLock("a").close();
				default -> (i) -> locks.distributedLock("r" + i % 1000).close();
			};
			Fork.print("us", measure(operation, Integer.parseInt(args[1])));
		}
		finally {
			FileSystemUtils.deleteRecursively(directory);
		}
	}

	/** Returns the median of the second half: the first lasts until all is compiled. */
	private static double measure(Operation operation, int batches) throws IOException {
		double[] micros = new double[batches];
		for (int batch = 0; batch < batches; batch++) {
			long start = System.nanoTime();
			for (int i = 0; i < BATCH; i++) {
				operation.run(i);
			}
			micros[batch] = (System.nanoTime() - start) / 1e3 / BATCH;
		}
		double[] warm = Arrays.copyOfRange(micros, batches / 2, batches);
		Arrays.sort(warm);
		return warm[warm.length / 2];
	}

	private static FileChannel open(Path file) throws IOException {
		return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
	}

	private static void openAndLock(Path file, boolean delete) throws IOException {
		try (FileChannel channel = open(file); FileLock lock = channel.lock()) {
			if (delete && lock.isValid()) {
				Files.delete(file);
			}
		}
	}

	/**
	 * What is measured.
	 */
	private interface Operation {

		void run(int number) throws IOException;

	}

}
