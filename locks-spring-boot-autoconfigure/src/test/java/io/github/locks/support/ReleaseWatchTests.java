package io.github.locks.support;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.locks.LockHandle;
import io.github.locks.LockHolder;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.memory.MemoryLockBackend;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.LockBackend;
import io.github.locks.spi.ReleaseWatch;
import org.awaitility.Awaitility;
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

	private final DefaultLockManager locks = DefaultLockManager.builder()
		.backend(() -> this.backend)
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

	/**
	 * Refuses for some times, and hints while it is asked for hints.
	 */
	private static final class HastyBackend implements LockBackend {

		private final MemoryLockBackend memory = new MemoryLockBackend();

		private final AtomicInteger refusals = new AtomicInteger();

		private final AtomicInteger watched = new AtomicInteger();

		private final AtomicInteger open = new AtomicInteger();

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
			this.open.incrementAndGet();
			wakeUp.run();
			Thread.yield();
			return this.open::decrementAndGet;
		}

	}

}
