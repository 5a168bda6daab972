package io.github.locks.support;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.locks.LockHandle;
import io.github.locks.LockHolder;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.memory.MemoryLockBackend;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.LockBackend;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of a distributed lock that stays in this process while others of it wait.
 */
@Timeout(60)
class LocalHandOverTests {

	private static final Duration LONG = Duration.ofMinutes(1);

	private final CountingBackend backend = new CountingBackend();

	@Test
	void lockIsHandedOnToAllWhoWait() {
		List<Long> tokens = runAll(10, 32, LONG);
		assertThat(this.backend.acquired).hasValue(1);
		assertThat(this.backend.handedOver).hasValue(9);
		assertThat(tokens).hasSize(10).isSorted().doesNotHaveDuplicates();
	}

	@Test
	void othersAreServedAfterSoMany() {
		this.backend.contended = true;
		runAll(10, 3, LONG);
		assertThat(this.backend.acquired).hasValue(3);
		assertThat(this.backend.handedOver).hasValue(7);
	}

	@Test
	void othersAreServedAfterSomeTime() {
		this.backend.contended = true;
		runAll(5, 32, Duration.ZERO);
		assertThat(this.backend.acquired).hasValue(5);
		assertThat(this.backend.handedOver).hasValue(0);
	}

	@Test
	void boundsAreForOthersOnly() {
		runAll(10, 3, Duration.ZERO);
		assertThat(this.backend.acquired).hasValue(1);
		assertThat(this.backend.handedOver).hasValue(9);
	}

	@Test
	void backendThatCannotIsAskedAnew() {
		this.backend.handsOver = false;
		assertThat(runAll(5, 32, LONG)).hasSize(5).isSorted();
		assertThat(this.backend.acquired).hasValue(5);
	}

	@Test
	void backendThatFailsIsAskedAnew() {
		this.backend.fails = true;
		assertThat(runAll(5, 32, LONG)).hasSize(5).isSorted();
		assertThat(this.backend.acquired).hasValue(5);
	}

	@Test
	void backendThatCannotTellWhoWaitsIsAskedAnew() {
		this.backend.broken = true;
		assertThat(runAll(5, 1, LONG)).hasSize(5).isSorted();
		assertThat(this.backend.acquired).hasValue(3);
	}

	@RepeatedTest(100)
	void lockThatIsKeptForSomebodyWhoTurnsAwayIsGivenBack() throws Exception {
		try (DefaultLockManager locks = manager(32, LONG)) {
			LockHandle held = locks.acquire(request("first"));
			CompletableFuture<LockHandle> unsure = locks.acquireAsync(request("unsure"));
			assertThat(unsure).isNotDone();
			CompletableFuture<Boolean> cancelled = CompletableFuture.supplyAsync(() -> unsure.cancel(false));
			held.close();
			if (!cancelled.get(10, TimeUnit.SECONDS)) {
				unsure.get().close();
			}
			Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> this.backend.inspect("a").isEmpty());
		}
	}

	@Test
	void lockThatIsKeptIsNotTakenFromWhoeverComes() throws Exception {
		try (DefaultLockManager locks = manager(32, LONG)) {
			LockHandle held = locks.acquire(request("first"));
			CompletableFuture<LockHandle> next = locks.acquireAsync(request("next"));
			held.close();
			try (LockHandle handle = next.get(10, TimeUnit.SECONDS)) {
				assertThat(this.backend.tryAcquire(new LeaseRequest("a", handle.type(), "other", null, Instant.now())))
					.isEmpty();
			}
			Awaitility.await().until(() -> this.backend.inspect("a").isEmpty());
		}
	}

	@Test
	void lossOfALockThatIsKeptHarmsNobody() {
		this.backend.losesAtHandOver = true;
		assertThat(runAll(5, 32, LONG)).hasSize(5).isSorted();
	}

	@Test
	void boundsAreChecked() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> DefaultLockManager.builder().localHandOver(-1, Duration.ZERO))
			.withMessageContaining("'times'");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> DefaultLockManager.builder().localHandOver(1, Duration.ofSeconds(-1)))
			.withMessageContaining("'time'");
	}

	/** Has several wait before the first gives the lock back; returns their tokens. */
	private List<Long> runAll(int number, int times, Duration time) {
		List<Long> tokens = Collections.synchronizedList(new ArrayList<>());
		try (DefaultLockManager locks = manager(times, time)) {
			LockHandle first = locks.acquire(request("0"));
			List<CompletableFuture<Void>> others = new ArrayList<>();
			for (int i = 1; i < number; i++) {
				others.add(locks.acquireAsync(request("" + i)).thenAccept((handle) -> {
					tokens.add(handle.fencingToken());
					handle.close();
				}));
			}
			tokens.add(first.fencingToken());
			first.close();
			others.forEach(CompletableFuture::join);
			Awaitility.await().until(() -> this.backend.inspect("a").isEmpty());
		}
		return tokens;
	}

	private DefaultLockManager manager(int times, Duration time) {
		return DefaultLockManager.builder().backend(() -> this.backend).localHandOver(times, time).build();
	}

	private static LockRequest request(String owner) {
		return LockRequest.distributed("a").owner(LockOwner.create(owner)).timeout(LONG).build();
	}

	/**
	 * Counts what it is asked for.
	 */
	private static final class CountingBackend implements LockBackend {

		private final MemoryLockBackend memory = new MemoryLockBackend();

		private final AtomicInteger acquired = new AtomicInteger();

		private final AtomicInteger handedOver = new AtomicInteger();

		private volatile boolean contended;

		private volatile boolean broken;

		private volatile boolean handsOver = true;

		private volatile boolean fails;

		private volatile boolean losesAtHandOver;

		@Override
		public Optional<Lease> tryAcquire(LeaseRequest request) {
			Optional<Lease> lease = this.memory.tryAcquire(request);
			lease.ifPresent((granted) -> this.acquired.incrementAndGet());
			return lease;
		}

		@Override
		public Optional<Lease> handOver(Lease lease, LeaseRequest successor) {
			if (this.fails) {
				throw new IllegalStateException("broken");
			}
			if (this.losesAtHandOver) {
				this.memory.release(lease);
			}
			Optional<Lease> next = this.handsOver ? this.memory.handOver(lease, successor) : Optional.empty();
			next.ifPresent((granted) -> this.handedOver.incrementAndGet());
			return next;
		}

		@Override
		public boolean isContended(Lease lease) {
			if (this.broken) {
				throw new InternalError("broken");
			}
			return this.contended;
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

	}

}
