package io.github.locks.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

import io.github.locks.Deadlock;
import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.spi.LockEvent;
import io.github.locks.spi.LockListener;
import io.github.locks.support.DefaultLockManager;

/**
 * How long it takes to search for deadlocks among many waiters, and to find one that has
 * just been closed. Nothing is logged.
 */
final class DeadlockBenchmark {

	private static final int WAITERS = 10_000;

	private static final int WARMUP = 50;

	private final Probe probe = new Probe();

	private final LockManager locks = DefaultLockManager.builder().listener(this.probe).build();

	private DeadlockBenchmark() {
	}

	static List<Job> jobs(Options options) {
		int times = options.quick() ? 50 : 500;
		List<Job> jobs = new ArrayList<>();
		String search = "detectDeadlocks() with 10,000 waiters, none deadlocked";
		jobs.add(job(search, "a chain through 10,000 resources", "chain", WAITERS, times / 5));
		jobs.add(job(search, "a pair at each of 10,000 resources", "pairs", WAITERS, times / 5));
		jobs.add(job(search, "all at one resource", "queue", WAITERS, times / 5));
		String cycle = "From the request that closes a cycle until it is known";
		for (int members : new int[] { 2, 3, 10 }) {
			jobs.add(job(cycle, members + "-cycle of futures", "futures", members, times));
			jobs.add(job(cycle, members + "-cycle of futures, closed by a thread", "thread", members, times));
		}
		jobs.add(job(cycle, "3-cycle of futures, closed by a reader behind a queued writer", "reader", 3, times));
		return jobs;
	}

	private static Job job(String section, String subject, Object... args) {
		return new Job(section, subject, new Fork(DeadlockBenchmark.class, List.of(), args));
	}

	/**
	 * Measures one thing.
	 * @param args what, number of waiters, how often
	 * @throws InterruptedException if interrupted
	 */
	public static void main(String[] args) throws InterruptedException {
		DeadlockBenchmark benchmark = new DeadlockBenchmark();
		int waiters = Integer.parseInt(args[1]);
		int times = Integer.parseInt(args[2]);
		switch (args[0]) {
			case "chain", "pairs", "queue" -> benchmark.search(args[0], waiters, times);
			default -> benchmark.cycles(args[0], waiters, times);
		}
		System.exit(0);
	}

	private void search(String form, int waiters, int times) {
		List<LockOwner> owners = owners(waiters + 1);
		for (int i = 0; i <= waiters; i++) {
			hold(owners.get(i), "r" + i);
		}
		for (int i = 0; i < waiters; i++) {
			switch (form) {
				case "chain" -> request(owners.get(i), "r" + (i + 1));
				case "pairs" -> request(LockOwner.task(), "r" + i);
				default -> request(LockOwner.task(), "r0");
			}
		}
		double[] millis = new double[times];
		for (int i = -times; i < times; i++) {
			long start = System.nanoTime();
			if (!this.locks.detectDeadlocks().isEmpty()) {
				throw new IllegalStateException("There is no deadlock");
			}
			millis[Math.max(i, 0)] = (System.nanoTime() - start) / 1e6;
		}
		print("ms", millis);
	}

	private void cycles(String form, int members, int times) throws InterruptedException {
		double[] toListener = new double[times];
		double[] toSearch = new double[times];
		for (int i = -WARMUP; i < times; i++) {
			Cycle cycle = form.equals("reader") ? readerCycle("cycle" + i + ":")
					: writerCycle(members, "cycle" + i + ":");
			long[] known = close(cycle, form.equals("thread"));
			toListener[Math.max(i, 0)] = known[0] / 1e6;
			toSearch[Math.max(i, 0)] = known[1] / 1e6;
		}
		print("listener [ms]", toListener);
		print("detectDeadlocks() [ms]", toSearch);
	}

	/** Each holds a resource, and waits for that of the next. */
	private Cycle writerCycle(int members, String prefix) {
		List<LockOwner> owners = owners(members);
		List<LockHandle> held = new ArrayList<>();
		List<CompletableFuture<LockHandle>> waiting = new ArrayList<>();
		for (int i = 0; i < members; i++) {
			held.add(hold(owners.get(i), prefix + i));
		}
		for (int i = 1; i < members; i++) {
			waiting.add(request(owners.get(i), prefix + (i + 1) % members));
		}
		return new Cycle(held, waiting, write(owners.get(0), prefix + 1));
	}

	/**
	 * A reader waits for a second reader that waits behind a writer that waits for the
	 * first.
	 */
	private Cycle readerCycle(String prefix) {
		List<LockOwner> owners = owners(3);
		List<LockHandle> held = new ArrayList<>();
		held.add(this.locks.acquire(read(owners.get(0), prefix + 0)));
		held.add(hold(owners.get(1), prefix + 1));
		List<CompletableFuture<LockHandle>> waiting = new ArrayList<>();
		waiting.add(request(owners.get(2), prefix + 0));
		waiting.add(request(owners.get(0), prefix + 1));
		return new Cycle(held, waiting, read(owners.get(1), prefix + 0));
	}

	/** Returns the nanoseconds until the listener knew, and until a search told. */
	private long[] close(Cycle cycle, boolean byThread) throws InterruptedException {
		this.probe.known = new CountDownLatch(1);
		AtomicLong start = new AtomicLong();
		Thread thread = new Thread(() -> {
			start.set(System.nanoTime());
			this.locks.acquire(cycle.closing()).close();
		});
		if (byThread) {
			thread.start();
		}
		else {
			start.set(System.nanoTime());
			cycle.waiting().add(this.locks.acquireAsync(cycle.closing()));
		}
		while (this.locks.detectDeadlocks().isEmpty()) {
			Thread.onSpinWait();
		}
		long found = System.nanoTime();
		this.probe.known.await();
		cycle.waiting().forEach((future) -> future.cancel(false));
		cycle.held().forEach(LockHandle::close);
		thread.join();
		return new long[] { this.probe.nanoTime - start.get(), found - start.get() };
	}

	private static List<LockOwner> owners(int count) {
		List<LockOwner> owners = new ArrayList<>(count);
		for (int i = 0; i < count; i++) {
			owners.add(LockOwner.create("owner-" + i));
		}
		return owners;
	}

	private LockHandle hold(LockOwner owner, String resource) {
		return this.locks.tryAcquire(write(owner, resource)).orElseThrow();
	}

	private CompletableFuture<LockHandle> request(LockOwner owner, String resource) {
		return this.locks.acquireAsync(write(owner, resource));
	}

	private static LockRequest read(LockOwner owner, String resource) {
		return LockRequest.read(resource).owner(owner).timeout(Duration.ofHours(1)).build();
	}

	private static LockRequest write(LockOwner owner, String resource) {
		return LockRequest.write(resource).owner(owner).timeout(Duration.ofHours(1)).build();
	}

	private static void print(String metric, double[] values) {
		Arrays.sort(values);
		Fork.print(metric, values[values.length / 2]);
		Fork.print(metric + " max", values[values.length - 1]);
	}

	/** A cycle that lacks its last request. */
	private record Cycle(List<LockHandle> held, List<CompletableFuture<LockHandle>> waiting, LockRequest closing) {
	}

	/** Notes when it is told of a deadlock. */
	private static final class Probe implements LockListener {

		private volatile CountDownLatch known = new CountDownLatch(1);

		private volatile long nanoTime;

		@Override
		public void onEvent(LockEvent event) {
		}

		@Override
		public void onDeadlock(Deadlock deadlock) {
			this.nanoTime = System.nanoTime();
			this.known.countDown();
		}

	}

}
