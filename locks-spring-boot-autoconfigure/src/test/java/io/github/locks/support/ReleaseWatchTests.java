package io.github.locks.support;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;

import io.github.locks.LockHandle;
import io.github.locks.LockHolder;
import io.github.locks.LockOperation;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockScope;
import io.github.locks.LockTimeoutException;
import io.github.locks.memory.MemoryLockBackend;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.LockBackend;
import io.github.locks.spi.LockEvent;
import io.github.locks.spi.ReleaseWatch;
import org.awaitility.Awaitility;
import org.hamcrest.Matchers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of who waits for a backend that gives hints, also at the worst moment: before its
 * answer has come back.
 */
@Timeout(60)
class ReleaseWatchTests {

	private final HastyBackend backend = new HastyBackend();

	private final AtomicReference<Consumer<LockEvent>> listener = new AtomicReference<>((event) -> {
	});

	private final DefaultLockManager locks = DefaultLockManager.builder()
		.backend(() -> this.backend)
		.listener((event) -> this.listener.get().accept(event))
		.scope(LockScope.DISTRIBUTED)
		.shutdownTimeout(Duration.ZERO)
		.build();

	@AfterEach
	void close() {
		this.locks.close();
	}

	@RepeatedTest(50)
	void watchEndsWhenTheLockIsGiven() {
		this.backend.refusals.set(3);
		this.locks.distributedLock("a").close();
		assertThat(this.backend.watched).hasValue(1);
		assertThat(this.backend.open).hasValue(0);
		this.backend.refusals.set(3);
		this.locks.acquireAsync(LockRequest.distributed("a").build()).join().close();
		assertThat(this.backend.watched).hasValue(2);
		assertThat(this.backend.open).hasValue(0);
	}

	@Test
	void watchEndsWhenTheLockIsNotGiven() {
		this.backend.refusals.set(Integer.MAX_VALUE);
		assertThatExceptionOfType(LockTimeoutException.class)
			.isThrownBy(() -> this.locks.distributedLock("a", Duration.ofMillis(20)));
		assertThat(this.backend.open).hasValue(0);
		CompletableFuture<LockHandle> late = this.locks
			.acquireAsync(LockRequest.distributed("a").timeout(Duration.ofMillis(20)).build());
		assertThatExceptionOfType(Exception.class).isThrownBy(late::join)
			.withCauseInstanceOf(LockTimeoutException.class);
		assertThat(this.backend.open).hasValue(0);
		CompletableFuture<LockHandle> cancelled = this.locks.acquireAsync(LockRequest.distributed("a").build());
		Awaitility.await().until(() -> this.backend.open.get() == 1);
		cancelled.cancel(false);
		Awaitility.await().until(() -> this.backend.open.get() == 0);
	}

	@Test
	void watchEndsBeforeThatOfTheNextBegins() throws Exception {
		this.backend.refusals.set(Integer.MAX_VALUE);
		CountDownLatch waiting = new CountDownLatch(1);
		this.listener.set((event) -> {
			if (event.operation() == LockOperation.Kind.TIMEOUT) {
				waiting.countDown();
				Awaitility.await().untilAtomic(this.backend.watched, Matchers.is(2));
			}
		});
		CompletableFuture<Void> first = CompletableFuture
			.runAsync(() -> this.locks.distributedLock("a", Duration.ofMillis(100)));
		Awaitility.await().untilAtomic(this.backend.watched, Matchers.is(1));
		CompletableFuture<LockHandle> second = CompletableFuture
			.supplyAsync(() -> this.locks.distributedLock("a", Duration.ofSeconds(30)));
		assertThat(waiting.await(10, TimeUnit.SECONDS)).isTrue();
		assertThatExceptionOfType(Exception.class).isThrownBy(first::join)
			.withCauseInstanceOf(LockTimeoutException.class);
		assertThat(this.backend.mostOpen).hasValue(1);
		this.backend.refusals.set(0);
		second.get(10, TimeUnit.SECONDS).close();
	}

	@Test
	void onlyWhoAsksHasTheBackendWatched() throws Exception {
		this.backend.refusals.set(Integer.MAX_VALUE);
		CompletableFuture<LockHandle> first = read();
		CompletableFuture<LockHandle> second = read();
		Awaitility.await().untilAtomic(this.backend.watched, Matchers.is(1));
		Awaitility.await().until(() -> this.locks.getLockStatus("a").get(0).locks().get("read").waiters().size() == 2);
		assertThat(this.backend.mostOpen).hasValue(1);
		first.cancel(false);
		Awaitility.await().untilAtomic(this.backend.watched, Matchers.is(2));
		this.backend.refusals.set(0);
		second.get(10, TimeUnit.SECONDS).close();
		assertThat(this.backend.mostOpen).hasValue(1);
		assertThat(this.backend.open).hasValue(0);
	}

	private CompletableFuture<LockHandle> read() {
		return this.locks
			.acquireAsync(LockRequest.read("a").owner(LockOwner.task()).timeout(Duration.ofSeconds(30)).build());
	}

	@Test
	void backendThatFailsToWatchIsAskedAgainAndAgain() throws Exception {
		this.backend.broken = true;
		this.backend.refusals.set(3);
		this.locks.distributedLock("a").close();
		this.backend.refusals.set(3);
		this.locks.acquireAsync(LockRequest.distributed("a").build()).get(10, TimeUnit.SECONDS).close();
	}

	@Test
	void futureThatIsCancelledStopsWaitingAtOnce() {
		this.backend.prompt = true;
		this.backend.refusals.set(Integer.MAX_VALUE);
		long shortest = Long.MAX_VALUE;
		for (int i = 0; i < 5; i++) {
			CompletableFuture<LockHandle> future = this.locks.acquireAsync(LockRequest.distributed("a").build());
			Awaitility.await().pollInterval(Duration.ofMillis(1)).untilAtomic(this.backend.open, Matchers.is(1));
			long start = System.nanoTime();
			future.cancel(false);
			Awaitility.await().pollInterval(Duration.ofMillis(1)).untilAtomic(this.backend.open, Matchers.is(0));
			shortest = Math.min(shortest, System.nanoTime() - start);
		}
		assertThat(Duration.ofNanos(shortest)).as("it would ask again after 100 ms at the earliest")
			.isLessThan(Duration.ofMillis(50));
	}

	@Test
	void whoeverCannotBeInterruptedDoesNotAskWithoutAPause() throws Exception {
		this.backend.refusals.set(Integer.MAX_VALUE);
		AtomicBoolean interrupted = new AtomicBoolean();
		Lock lock = this.locks.readWriteLock("a").writeLock();
		Thread waiter = new Thread(() -> {
			lock.lock();
			interrupted.set(Thread.currentThread().isInterrupted());
			lock.unlock();
		});
		waiter.start();
		Awaitility.await().untilAtomic(this.backend.open, Matchers.is(1));
		waiter.interrupt();
		int before = this.backend.refusals.get();
		Awaitility.await().pollDelay(Duration.ofMillis(200)).until(() -> this.backend.refusals.get() < before);
		int questions = before - this.backend.refusals.getAndSet(0);
		waiter.join();
		assertThat(questions).as("in 200 ms, with pauses of 5 ms on average").isLessThan(1000);
		assertThat(interrupted).isTrue();
	}

	/**
	 * Refuses for some times, and hints while it is asked for hints.
	 */
	private static final class HastyBackend implements LockBackend {

		private final MemoryLockBackend memory = new MemoryLockBackend();

		private final AtomicInteger refusals = new AtomicInteger();

		private final AtomicInteger watched = new AtomicInteger();

		private final AtomicInteger open = new AtomicInteger();

		private final AtomicInteger mostOpen = new AtomicInteger();

		private volatile boolean broken;

		private volatile boolean prompt;

		@Override
		public Optional<Lease> tryAcquire(LeaseRequest request) {
			return (this.refusals.getAndDecrement() > 0) ? Optional.empty() : this.memory.tryAcquire(request);
		}

		@Override
		public boolean renew(Lease lease) {
			return this.memory.renew(lease);
		}

		@Override
		public void release(Lease lease) {
			this.memory.release(lease);
		}

		@Override
		public Optional<LockHolder> inspect(String resource) {
			return this.memory.inspect(resource);
		}

		@Override
		public ReleaseWatch watch(LeaseRequest request, Runnable wakeUp) {
			this.watched.incrementAndGet();
			if (this.broken) {
				throw new InternalError("broken");
			}
			this.mostOpen.accumulateAndGet(this.open.incrementAndGet(), Math::max);
			if (!this.prompt) {
				wakeUp.run();
			}
			Thread.yield();
			return new ReleaseWatch() {

				@Override
				public boolean isPrompt() {
					return HastyBackend.this.prompt;
				}

				@Override
				public void close() {
					HastyBackend.this.open.decrementAndGet();
				}

			};
		}

	}

}
