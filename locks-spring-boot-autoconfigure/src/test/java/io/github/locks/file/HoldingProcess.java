package io.github.locks.file;

import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.github.locks.Deadlock;
import io.github.locks.LockException;
import io.github.locks.LockHandle;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockScope;
import io.github.locks.support.DeadlockPolicy;
import io.github.locks.support.DefaultLockManager;

/**
 * A process that takes the lock of one resource many times and writes down when it was
 * inside, as {@code OWNER W ENTER_NANOS LEAVE_NANOS}. With the mode {@code naive} it uses
 * a lock file in the way that gives two holders, to show that the test can see it; with
 * {@code hold} it takes the lock once and keeps it until its input ends.
 */
public final class HoldingProcess {

	static final Duration LONGEST_READ = Duration.ofMillis(100);

	private static final int CUTS = 20;

	/** What the parent process reads; logs go to the other stream. */
	private static final PrintStream RESULTS = new PrintStream(new FileOutputStream(FileDescriptor.out), true,
			StandardCharsets.UTF_8);

	private HoldingProcess() {
	}

	public static void main(String[] args) throws Exception {
		System.setOut(System.err);
		Path directory = Path.of(args[1]);
		switch (args[0]) {
			case "hold" -> hold(directory, args[2]);
			case "hold64" -> hold(directory, new String(Base64.getDecoder().decode(args[2]), StandardCharsets.UTF_8));
			case "loaders" -> loaders(directory, args[2], Integer.parseInt(args[3]));
			case "crossed" -> crossed(directory, Integer.parseInt(args[3]));
			case "attempts" -> attempts(directory, Duration.ofSeconds(Long.parseLong(args[2])));
			case "clock" -> clock(directory, Duration.ofSeconds(Long.parseLong(args[2])));
			case "cut" -> cut(directory);
			case "exhausted" -> exhausted(directory);
			case "break" -> breakDeadlock(directory, args[2], args[3]);
			case "ordered" -> ordered(directory, Duration.parse(args[2]));
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
		return builder(List.of(), arguments).redirectOutput(output.toFile()).start();
	}

	static ProcessBuilder builder(List<String> options, String... arguments) {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto",
						"-Xlog:disable", "-Xlog:all=warning:stderr", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
						"-Xmx128m", "-cp", System.getProperty("java.class.path")));
		command.addAll(options);
		command.add(HoldingProcess.class.getName());
		command.addAll(List.of(arguments));
		return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
	}

	/** A name for a command line, whatever the language of the machine. */
	static String encode(String name) {
		return Base64.getEncoder().encodeToString(name.getBytes(StandardCharsets.UTF_8));
	}

	/** Two class loaders, each with a manager and a thread. */
	private static void loaders(Path directory, String resource, int turns) throws Exception {
		List<URL> classPath = new ArrayList<>();
		for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
			classPath.add(Path.of(entry).toUri().toURL());
		}
		List<CompletableFuture<Void>> loops = new ArrayList<>();
		for (int i = 0; i < 2; i++) {
			ClassLoader loader = new URLClassLoader(classPath.toArray(URL[]::new),
					ClassLoader.getPlatformClassLoader());
			Method main = loader.loadClass(HoldingProcess.class.getName()).getMethod("main", String[].class);
			loops.add(CompletableFuture.runAsync(() -> {
				try {
					main.invoke(null,
							(Object) new String[] { "locks", directory.toString(), resource, Integer.toString(turns) });
				}
				catch (ReflectiveOperationException ex) {
					throw new IllegalStateException(ex);
				}
			}, (task) -> new Thread(task).start()));
		}
		loops.forEach(CompletableFuture::join);
	}

	/** Two threads, each with a lock of its own that another process wants too. */
	private static void crossed(Path directory, int turns) {
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory).build()) {
			AtomicInteger taken = new AtomicInteger();
			List<CompletableFuture<Void>> loops = new ArrayList<>();
			for (String resource : List.of("a", "b")) {
				loops.add(CompletableFuture.runAsync(() -> {
					for (int i = 0; i < turns; i++) {
						try (LockHandle held = locks.distributedLock(resource, Duration.ofMinutes(2))) {
							taken.incrementAndGet();
							LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(1_000_000));
						}
					}
				}, (task) -> new Thread(task).start()));
			}
			loops.forEach(CompletableFuture::join);
			RESULTS.println("done " + taken);
		}
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

	/** Waits in vain, and tells how long, and how far the wall clock moved besides. */
	private static void clock(Path directory, Duration timeout) {
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory).build()) {
			// The directory is opened with the first lock.
			locks.distributedLock("b").close();
			long asked = System.nanoTime();
			long wall = System.currentTimeMillis();
			RESULTS.println("asking");
			String result = "ok";
			try {
				locks.distributedLock("a", timeout).close();
			}
			catch (LockException ex) {
				result = "refused: " + ex.getMessage();
			}
			long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - asked);
			long moved = Math.round((System.currentTimeMillis() - wall - millis) / 60_000.0);
			RESULTS.println("clock moved by " + moved + " min, " + millis + " ms " + result);
		}
	}

	/** Cuts off the memory that all processes share, under everything that uses it. */
	private static void cut(Path directory) throws Exception {
		try (DefaultLockManager locks = DefaultLockManager.builder()
			.directory(directory)
			.scope(LockScope.DISTRIBUTED)
			.build(); FileChannel shared = FileChannel.open(directory.resolve(".seq"), StandardOpenOption.WRITE)) {
			for (int i = 0; i < CUTS; i++) {
				LockHandle writer = locks.writeLock("a");
				LockHandle reader = locks.readLock("a");
				LockHandle first = locks.distributedLock("b");
				CompletableFuture<LockHandle> second = locks.acquireAsync(LockRequest.distributed("b").build());
				while (locks.getLockStatus("b").get(0).locks().get("distributed").waiters().isEmpty()) {
					LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
				}
				shared.truncate(0);
				first.close();
				writer.close();
				reader.close();
				try {
					second.join().close();
				}
				catch (CompletionException ex) {
					// Refused while the memory is missing.
				}
				shared.truncate(0);
				while (!isFree(locks, "a") || !isFree(locks, "b")) {
					LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
				}
			}
			RESULTS.println("alive");
		}
	}

	private static boolean isFree(DefaultLockManager locks, String resource) {
		try {
			locks.distributedLock(resource, Duration.ofSeconds(1)).close();
			locks.writeLock(resource, Duration.ofSeconds(1)).close();
			return true;
		}
		catch (LockException ex) {
			return false;
		}
	}

	/** Asks for a lock when no file can be opened, and again when some can. */
	private static void exhausted(Path directory) throws Exception {
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory).build()) {
			locks.distributedLock("a").close();
			List<FileChannel> open = new ArrayList<>();
			try {
				while (true) {
					open.add(FileChannel.open(Path.of("/dev/null"), StandardOpenOption.READ));
				}
			}
			catch (IOException ex) {
				attempt(locks, "b");
			}
			for (FileChannel channel : open) {
				channel.close();
			}
			attempt(locks, "b");
		}
	}

	private static void attempt(DefaultLockManager locks, String resource) {
		long asked = System.nanoTime();
		String result = "ok";
		try {
			locks.distributedLock(resource, Duration.ofSeconds(1)).close();
		}
		catch (LockException ex) {
			result = "refused: " + ex.getMessage();
		}
		RESULTS.println(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - asked) + " ms " + result);
	}

	/** Opens the directory, and takes and gives back a lock, again and again. */
	private static void attempts(Path directory, Duration time) {
		long start = System.nanoTime();
		DefaultLockManager locks = null;
		String last = "";
		while (System.nanoTime() - start < time.toNanos()) {
			long asked = System.nanoTime();
			String now;
			try {
				locks = (locks != null) ? locks : DefaultLockManager.builder().directory(directory).build();
				locks.distributedLock("a", Duration.ofSeconds(1)).close();
				now = "ok";
			}
			catch (LockException ex) {
				now = "refused: " + ex.getMessage();
			}
			if (!now.equals(last)) {
				RESULTS.println(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - asked) + " ms " + now);
				last = now;
			}
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
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

	/** As before, with a local lock in between; gives way if it is chosen to. */
	private static void breakDeadlock(Path directory, String first, String second) throws Exception {
		try (DefaultLockManager locks = DefaultLockManager.builder()
			.directory(directory)
			.deadlockPolicy(DeadlockPolicy.BREAK)
			.shutdownTimeout(Duration.ZERO)
			.build(); LockHandle held = locks.distributedLock(first)) {
			LockOwner inner = LockOwner.create("inner");
			while (locks.getLockStatus(second).isEmpty()) {
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
			}
			LockHandle local = locks.acquire(LockRequest.write("local").owner(inner).build());
			CompletableFuture<LockHandle> outer = locks
				.acquireAsync(LockRequest.write("local").owner(held.owner()).timeout(Duration.ofMinutes(1)).build());
			CompletableFuture<LockHandle> wanted = locks
				.acquireAsync(LockRequest.distributed(second).owner(inner).timeout(Duration.ofMinutes(1)).build());
			try {
				CompletableFuture.anyOf(outer, wanted).join();
				RESULTS.println("served");
			}
			catch (CompletionException ex) {
				RESULTS.println("failed by " + ex.getCause().getClass().getSimpleName());
			}
			local.close();
		}
	}

	/** Takes locks of several kinds in one order, and tells of all deadlocks. */
	private static void ordered(Path directory, Duration time) {
		AtomicInteger reports = new AtomicInteger();
		AtomicInteger turns = new AtomicInteger();
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory).build()) {
			long start = System.nanoTime();
			List<CompletableFuture<Void>> loops = new ArrayList<>();
			for (int i = 0; i < 2; i++) {
				loops.add(CompletableFuture.runAsync(() -> {
					while (System.nanoTime() - start < time.toNanos()) {
						try (LockHandle a = locks.distributedLock("a");
								LockHandle b = locks.writeLock("b");
								LockHandle c = locks.distributedLock("c")) {
							turns.incrementAndGet();
							LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(20_000_000));
						}
					}
				}, (task) -> new Thread(task).start()));
			}
			while (System.nanoTime() - start < time.toNanos()) {
				reports.addAndGet(locks.detectDeadlocks().size());
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
			}
			loops.forEach(CompletableFuture::join);
		}
		RESULTS.println("turns " + turns + ", reports " + reports);
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
