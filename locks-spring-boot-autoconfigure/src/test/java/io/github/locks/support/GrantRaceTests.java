package io.github.locks.support;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import io.github.locks.LockException;
import io.github.locks.LockHandle;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Provokes the races between a grant and the end of the wait. After each: nobody holds,
 * nobody waits, and the next request is granted; a grant that was lost would show as a
 * lock that nobody can have, a wake-up that was lost as a request that times out.
 */
@Timeout(300)
class GrantRaceTests {

	private static final int RACES = Integer.getInteger("locks.test.races", 100_000) / 4;

	private final DefaultLockManager locks = DefaultLockManager.builder().shutdownTimeout(Duration.ZERO).build();

	private final ExecutorService other = Executors.newSingleThreadExecutor();

	@AfterEach
	void close() {
		this.other.shutdownNow();
		this.locks.close();
	}

	@Test
	void cancelAgainstGrant() throws Exception {
		AtomicInteger granted = new AtomicInteger();
		for (int i = 0; i < RACES; i++) {
			LockHandle held = this.locks.writeLock("a");
			CompletableFuture<LockHandle> waiting = this.locks.acquireAsync(LockRequest.write("a").build());
			CompletableFuture<LockHandle> next = this.locks.acquireAsync(LockRequest.write("a").build());
			race(held::close, () -> waiting.cancel(true), i);
			if (!waiting.isCancelled()) {
				granted.incrementAndGet();
				waiting.join().close();
			}
			next.get(10, TimeUnit.SECONDS).close();
		}
		assertIdle();
		assertBothSidesWon(granted.get());
	}

	@Test
	void asyncTimeoutAgainstGrant() throws Exception {
		AtomicInteger granted = new AtomicInteger();
		for (int i = 0; i < RACES; i++) {
			LockHandle held = this.locks.writeLock("a");
			CompletableFuture<LockHandle> waiting = this.locks
				.acquireAsync(LockRequest.write("a").timeout(Duration.ofNanos(1 + i % 200_000)).build());
			CompletableFuture<LockHandle> next = this.locks.acquireAsync(LockRequest.read("a").build());
			pause(i % 200_000);
			held.close();
			waiting.thenAccept((handle) -> {
				granted.incrementAndGet();
				handle.close();
			});
			next.get(10, TimeUnit.SECONDS).close();
			waiting.handle((handle, failure) -> handle).get(10, TimeUnit.SECONDS);
		}
		assertIdle();
		assertBothSidesWon(granted.get());
	}

	@Test
	void blockingTimeoutAgainstGrant() throws Exception {
		AtomicInteger granted = new AtomicInteger();
		for (int i = 0; i < RACES; i++) {
			LockHandle held = this.locks.acquire(LockRequest.write("a").owner(LockOwner.create("holder")).build());
			Duration timeout = Duration.ofNanos(20_000 + i % 100_000);
			Future<?> waiting = this.other.submit(() -> {
				try (LockHandle handle = this.locks.writeLock("a", timeout)) {
					granted.addAndGet(handle.isHeld() ? 1 : 0);
				}
				catch (LockTimeoutException ex) {
					// the other outcome
				}
			});
			CompletableFuture<LockHandle> next = this.locks.acquireAsync(LockRequest.write("a").build());
			pause(i % 150_000);
			held.close();
			next.get(10, TimeUnit.SECONDS).close();
			waiting.get(10, TimeUnit.SECONDS);
		}
		assertIdle();
		assertBothSidesWon(granted.get());
	}

	@Test
	void interruptAgainstGrant() throws Exception {
		AtomicInteger granted = new AtomicInteger();
		Thread waiter = this.other.submit(Thread::currentThread).get();
		for (int i = 0; i < RACES; i++) {
			LockHandle held = this.locks.acquire(LockRequest.write("a").owner(LockOwner.create("holder")).build());
			CountDownLatch interrupted = new CountDownLatch(1);
			Future<?> waiting = this.other.submit(() -> {
				try (LockHandle handle = this.locks.writeLock("a")) {
					granted.addAndGet(handle.isHeld() ? 1 : 0);
				}
				catch (LockException ex) {
					assertThat(Thread.currentThread().isInterrupted()).isTrue();
				}
				spinUntil(() -> interrupted.getCount() == 0);
				Thread.interrupted();
			});
			spinUntil(() -> waiting() > 0 || waiting.isDone());
			if (i % 2 == 0) {
				held.close();
				pause(i % 20_000);
				waiter.interrupt();
			}
			else {
				waiter.interrupt();
				pause(i % 20_000);
				held.close();
			}
			interrupted.countDown();
			waiting.get(10, TimeUnit.SECONDS);
			this.locks.writeLock("a", Duration.ofSeconds(10)).close();
		}
		assertIdle();
		assertBothSidesWon(granted.get());
	}

	@Test
	void requestsOfAllKindsAreServedInTheOrderTheyCame() throws Exception {
		int requests = 10_000;
		LockHandle held = this.locks.writeLock("a");
		ConcurrentLinkedQueue<Integer> served = new ConcurrentLinkedQueue<>();
		List<CompletableFuture<Void>> all = new ArrayList<>();
		for (int i = 0; i < requests; i++) {
			int number = i;
			all.add(this.locks.acquireAsync(LockRequest.write("a").build()).thenAccept((handle) -> {
				served.add(number);
				handle.close();
			}));
		}
		held.close();
		CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
		assertThat(new ArrayList<>(served)).hasSize(requests).isSorted();
	}

	@Test
	void threadsAreServedInTheOrderTheyCame() throws Exception {
		int threads = 50;
		for (int round = 0; round < 10; round++) {
			LockHandle held = this.locks.writeLock("a");
			ConcurrentLinkedQueue<Integer> served = new ConcurrentLinkedQueue<>();
			List<Thread> all = new ArrayList<>();
			for (int i = 0; i < threads; i++) {
				int number = i;
				Thread thread = new Thread(() -> {
					try (LockHandle handle = this.locks.writeLock("a")) {
						served.add(handle.isHeld() ? number : -1);
					}
				});
				all.add(thread);
				thread.start();
				spinUntil(() -> waiting() == number + 1);
			}
			held.close();
			for (Thread thread : all) {
				thread.join(10_000);
			}
			assertThat(new ArrayList<>(served)).hasSize(threads).isSorted();
		}
	}

	@Test
	void countersUnderTheLockLoseNothing() throws Exception {
		int threads = 8;
		int[] counter = new int[1];
		ExecutorService pool = Executors.newFixedThreadPool(threads);
		try {
			List<Future<?>> all = new ArrayList<>();
			for (int i = 0; i < threads; i++) {
				all.add(pool.submit(() -> {
					for (int n = 0; n < 2_000; n++) {
						try (LockHandle write = this.locks.writeLock("a")) {
							counter[0] += write.isHeld() ? 1 : 0;
						}
						try (LockHandle read = this.locks.readLock("a")) {
							assertThat(counter[0]).isPositive();
							assertThat(read.isHeld()).isTrue();
						}
					}
				}));
			}
			for (Future<?> future : all) {
				future.get(60, TimeUnit.SECONDS);
			}
			assertThat(counter[0]).isEqualTo(threads * 2_000);
		}
		finally {
			pool.shutdownNow();
		}
	}

	/** Runs both as close together as can be. */
	private void race(Runnable one, Runnable two, int round) throws Exception {
		CyclicBarrier start = new CyclicBarrier(2);
		Future<?> first = this.other.submit(() -> {
			start.await();
			one.run();
			return null;
		});
		start.await();
		pause(ThreadLocalRandom.current().nextInt(1 + round % 5_000));
		two.run();
		first.get(10, TimeUnit.SECONDS);
	}

	/** Shifts the moments of a race against each other; orders nothing. */
	private static void pause(long nanos) {
		long start = System.nanoTime();
		while (System.nanoTime() - start < nanos) {
			Thread.onSpinWait();
		}
	}

	private static void spinUntil(BooleanSupplier condition) {
		long start = System.nanoTime();
		while (!condition.getAsBoolean()) {
			assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(10));
			Thread.yield();
		}
	}

	private int waiting() {
		return this.locks.getLockStatus("a")
			.stream()
			.mapToInt((status) -> status.locks().get("write").waiters().size())
			.sum();
	}

	private void assertIdle() {
		Awaitility.await().untilAsserted(() -> assertThat(this.locks.getLockStatus()).isEmpty());
		this.locks.writeLock("a", Duration.ZERO).close();
	}

	private static void assertBothSidesWon(int granted) {
		assertThat(granted).as("grants; a race that one side always wins proves nothing").isBetween(1, RACES - 1);
	}

}
