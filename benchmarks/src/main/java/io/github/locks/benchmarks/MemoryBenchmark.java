package io.github.locks.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;

import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockRequest;
import io.github.locks.support.DefaultLockManager;
import io.github.locks.support.DefaultLockManagerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * How much memory locks and waiters take: the difference of the heap after collections of
 * the garbage, without the names of the resources where these live elsewhere.
 */
final class MemoryBenchmark {

	static final String BASELINE = "ConcurrentHashMap of fair ReentrantReadWriteLocks";

	private static final int RESOURCES = 1_000_000;

	private static final int WAITERS = 100_000;

	private static final Duration LONG = Duration.ofHours(1);

	/** Where the garbage collector sees what is measured. */
	private static volatile @Nullable Object kept;

	private MemoryBenchmark() {
	}

	static List<Job> jobs(Options options) {
		String idle = "Memory of 1,000,000 idle resources, each used once";
		String gone = "Memory after 1,000,000 resources came and went";
		String waiting = "100,000 asynchronous waiters for one lock";
		String manager = Peer.MANAGER.toString();
		String managerWithoutStatistics = Peer.MANAGER_NO_STATISTICS.toString();
		return List.of(job(idle, BASELINE, "idleJdk", true), job(idle, manager + ", all kept", "idle", true),
				job(idle, managerWithoutStatistics + ", all kept", "idle", false),
				job(idle, manager + ", 10,000 kept (default)", "idleDefault", true), job(gone, manager, "gone", true),
				job(gone, managerWithoutStatistics, "gone", false), job(waiting, manager, "waiters", true),
				job(waiting, managerWithoutStatistics, "waiters", false));
	}

	private static Job job(String section, String subject, Object... args) {
		List<String> jvmOptions = List.of("-XX:+UseSerialGC", "-Xmx6g");
		return new Job(section, subject, new Fork(MemoryBenchmark.class, jvmOptions, args));
	}

	/**
	 * Measures one thing.
	 * @param args what, and whether with statistics
	 */
	public static void main(String[] args) {
		DefaultLockManagerBuilder builder = DefaultLockManager.builder().statistics(Boolean.parseBoolean(args[1]));
		switch (args[0]) {
			case "idleJdk" -> idleJdk();
			case "idle" -> idle(builder.idleEviction(LONG).maxResources(2 * RESOURCES).build());
			case "idleDefault" -> idle(builder.build());
			case "gone" -> gone(builder.idleEviction(Duration.ofMillis(100)).build());
			default -> waiters(builder.build());
		}
		System.exit(0);
	}

	private static void idleJdk() {
		Map<String, ReadWriteLock> locks = new ConcurrentHashMap<>();
		idle(locks, (name) -> {
			ReadWriteLock lock = locks.computeIfAbsent(name, (key) -> new ReentrantReadWriteLock(true));
			lock.writeLock().lock();
			lock.writeLock().unlock();
		});
	}

	private static void idle(LockManager locks) {
		idle(locks, (name) -> locks.writeLock(name).close());
	}

	private static void idle(Object locks, Consumer<String> use) {
		use.accept("warm-up");
		List<String> names = names();
		kept = List.of(names, locks);
		long before = usedBytes();
		names.forEach(use);
		Fork.print("bytes per resource", (usedBytes() - before) / (double) RESOURCES);
	}

	private static void gone(LockManager locks) {
		kept = locks;
		locks.writeLock("warm-up").close();
		long before = usedBytes();
		names().forEach((name) -> locks.writeLock(name).close());
		// Idle resources go one after the other, and are garbage only then.
		for (int second = 0; second < 4; second++) {
			LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
			usedBytes();
		}
		Fork.print("kB left", (usedBytes() - before) / 1024.0);
	}

	private static void waiters(LockManager locks) {
		for (int i = 0; i < 3; i++) {
			enqueueAndDrain(locks, WAITERS / 10);
		}
		double[] millis = enqueueAndDrain(locks, WAITERS);
		LockHandle held = locks.writeLock("memory");
		List<CompletableFuture<LockHandle>> waiters = new ArrayList<>(WAITERS);
		kept = List.of(waiters, locks);
		long before = usedBytes();
		for (int i = 0; i < WAITERS; i++) {
			waiters.add(locks.acquireAsync(request("memory")));
		}
		Fork.print("bytes per waiter", (usedBytes() - before) / (double) WAITERS);
		Fork.print("enqueue [ms]", millis[0]);
		Fork.print("drain [ms]", millis[1]);
		held.close();
	}

	private static double[] enqueueAndDrain(LockManager locks, int count) {
		LockHandle held = locks.writeLock("time");
		List<CompletableFuture<Void>> done = new ArrayList<>(count);
		long start = System.nanoTime();
		for (int i = 0; i < count; i++) {
			done.add(locks.acquireAsync(request("time")).thenAccept(LockHandle::close));
		}
		long enqueued = System.nanoTime();
		held.close();
		done.forEach(CompletableFuture::join);
		return new double[] { (enqueued - start) / 1e6, (System.nanoTime() - enqueued) / 1e6 };
	}

	private static LockRequest request(String name) {
		return LockRequest.write(name).timeout(LONG).build();
	}

	private static List<String> names() {
		List<String> names = new ArrayList<>(RESOURCES);
		for (int i = 0; i < RESOURCES; i++) {
			names.add("orders:" + i);
		}
		return names;
	}

	private static long usedBytes() {
		System.gc();
		System.gc();
		return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
	}

}
