package io.github.locks.support;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.github.locks.LockHandle;
import io.github.locks.LockHolder;
import io.github.locks.LockOperation.Kind;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.memory.MemoryLockBackend;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.LockBackend;
import io.github.locks.spi.LockEvent;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of the minimum hold of distributed locks: what stays taken after its holder has
 * closed it.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class MinimumHoldTests {

	private static final Duration FOR_EVER = Duration.ofHours(1);

	private final MemoryLockBackend backend = new MemoryLockBackend();

	private final List<LockEvent> events = new CopyOnWriteArrayList<>();

	private final LockOwner owner = LockOwner.create("owner");

	private volatile Consumer<LeaseRequest> whenAsked = (request) -> {
	};

	private volatile boolean noticesLosses = true;

	private volatile Lease lastGranted;

	private DefaultLockManager locks = manager(Duration.ZERO);

	private DefaultLockManager manager(Duration shutdownTimeout) {
		return DefaultLockManager.builder()
			.backend(() -> new AskedBackend())
			.shutdownTimeout(shutdownTimeout)
			.resource("jobs:*", ResourceSettings.DEFAULTS.withMinimumHold(FOR_EVER))
			.listener(this.events::add)
			.build();
	}

	@AfterEach
	void close() {
		this.locks.close();
	}

	@Test
	void nobodyGetsTheLockBeforeTheTimeIsOver() {
		Duration minimum = Duration.ofMillis(300);
		long start = System.nanoTime();
		LockHandle held = hold(this.owner, minimum);
		held.close();
		assertThat(held.isHeld()).isFalse();
		assertThat(held.isLost()).isFalse();
		assertThat(tryAcquire(LockOwner.create("stranger"))).isEmpty();
		this.locks.distributedLock("a").close();
		assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(minimum.toNanos());
	}

	@Test
	void neitherTheOwnerNorItsFamilyEntersWhatLingers() {
		LockOwner child = this.owner.child("child");
		hold(child, FOR_EVER).close();
		assertThat(tryAcquire(child)).isEmpty();
		assertThat(tryAcquire(this.owner)).isEmpty();
		assertThat(tryAcquire(child.nested("grandchild"))).isEmpty();
	}

	@Test
	void nestedAcquisitionEntersWhileAHandleIsOpenAndTheLastToCloseDecides() {
		LockHandle outer = hold(this.owner, FOR_EVER);
		LockHandle inner = tryAcquire(this.owner).orElseThrow();
		assertThat(inner.fencingToken()).isEqualTo(outer.fencingToken());
		outer.close();
		assertThat(inner.isHeld()).isTrue();
		tryAcquire(this.owner).orElseThrow().close();
		assertThat(operations()).containsExactly(Kind.ACQUIRED, Kind.ACQUIRED, Kind.RELEASED, Kind.ACQUIRED,
				Kind.RELEASED);
		inner.close();
		assertThat(operations()).hasSize(5);
		assertThat(tryAcquire(this.owner)).isEmpty();
	}

	@Test
	void releaseIsPublishedWhenTheLockIsFree() {
		Duration minimum = Duration.ofMillis(100);
		hold(this.owner, minimum).close();
		assertThat(operations()).containsExactly(Kind.ACQUIRED);
		Awaitility.await().untilAsserted(() -> assertThat(operations()).containsExactly(Kind.ACQUIRED, Kind.RELEASED));
		assertThat(this.events.get(1).holdNanos()).isGreaterThanOrEqualTo(minimum.toNanos());
		assertThat(this.events.get(1).owner()).isEqualTo("owner");
		Awaitility.await().untilAsserted(() -> assertThat(this.locks.getLockStatus()).isEmpty());
	}

	@Test
	void statusAndTimeoutShowWhatLingers() {
		LockHandle held = this.locks.acquire(
				LockRequest.distributed("a").owner(this.owner).method("Jobs.report").minimumHold(FOR_EVER).build());
		double heldMs = holders().get(0).heldMs();
		held.close();
		assertThat(holders()).singleElement().satisfies((holder) -> {
			assertThat(holder.owner()).isEqualTo("owner (minimum hold)");
			assertThat(holder.method()).isEqualTo("Jobs.report");
			assertThat(holder.heldMs()).isGreaterThanOrEqualTo(heldMs);
		});
		assertThatExceptionOfType(LockTimeoutException.class)
			.isThrownBy(() -> this.locks.distributedLock("a", Duration.ofMillis(1)))
			.withMessageContaining("held by 'owner (minimum hold)' (Jobs.report");
	}

	@Test
	void waiterBehindWhatLingersIsInNoDeadlock() {
		hold(this.owner, FOR_EVER).close();
		this.locks.acquire(LockRequest.write("b").owner(this.owner).build());
		CompletableFuture<LockHandle> other = this.locks
			.acquireAsync(LockRequest.distributed("a").owner(this.owner).build());
		assertThat(other).isNotDone();
		assertThat(this.locks.detectDeadlocks()).isEmpty();
		other.cancel(true);
	}

	@Test
	void settingOfTheResourceApplies() {
		LockHandle held = this.locks.distributedLock("jobs:report");
		held.close();
		assertThat(this.locks.tryAcquire(LockRequest.distributed("jobs:report").build())).isEmpty();
		this.locks.writeLock("jobs:report").close();
		assertThat(this.locks.tryAcquire(LockRequest.write("jobs:report").build())).isPresent();
	}

	@Test
	void whatLingersIsNotEvicted() {
		try (DefaultLockManager forgetful = DefaultLockManager.builder()
			.backend(() -> this.backend)
			.idleEviction(Duration.ofMillis(1))
			.build()) {
			forgetful.acquire(LockRequest.distributed("a").minimumHold(Duration.ofMillis(300)).build()).close();
			Awaitility.await().during(Duration.ofMillis(100)).until(() -> !forgetful.isForgotten("a"));
			assertThat(forgetful.getLockStatus("a")).isNotEmpty();
			Awaitility.await().until(() -> forgetful.isForgotten("a"));
		}
	}

	@Test
	void longHoldIsGivenBackAtOnce() {
		hold(this.owner, Duration.ofNanos(1)).close();
		assertThat(tryAcquire(LockOwner.create("stranger"))).isPresent();
	}

	@Test
	void endOfTheLeaseWins(CapturedOutput output) {
		LockHandle held = this.locks.acquire(LockRequest.distributed("a")
			.owner(this.owner)
			.minimumHold(FOR_EVER)
			.lease(Duration.ofMillis(50))
			.build());
		held.close();
		this.locks.distributedLock("a").close();
		assertThat(operations()).doesNotContain(Kind.LOST).contains(Kind.RELEASED);
		assertThat(held.isLost()).isFalse();
		assertThat(output).doesNotContain("Lost the");
	}

	@Test
	void whatWasLostDoesNotLinger() {
		LockHandle held = hold(this.owner, FOR_EVER);
		this.backend.lose("a");
		Awaitility.await().until(held::isLost);
		held.close();
		assertThat(tryAcquire(LockOwner.create("stranger"))).isPresent();
		assertThat(operations()).doesNotContain(Kind.RELEASED);
	}

	@Test
	void whatTheBackendForgetsDoesNotLinger(CapturedOutput output) {
		hold(this.owner, FOR_EVER).close();
		this.backend.lose("a");
		this.locks.distributedLock("a").close();
		assertThat(operations()).doesNotContain(Kind.LOST);
		assertThat(output).contains("The minimum hold of the distributed lock on 'a' has ended early");
	}

	/**
	 * A nested request that the queue had granted before asks the backend only after the
	 * last handle was closed, and the lease that lingers is gone before anybody has
	 * noticed. So late a request is made here by leaving the queue out.
	 */
	@Test
	void grantOfAnotherLeaseEndsWhatLingers(CapturedOutput output) {
		this.noticesLosses = false;
		LockRuntime runtime = (LockRuntime) Objects.requireNonNull(ReflectionTestUtils.getField(this.locks, "runtime"));
		hold(this.owner, FOR_EVER).close();
		this.backend.release(this.lastGranted);
		LockAttempt nested = new LockAttempt(runtime, LockRequest.distributed("a").build(), this.owner.nested("nested"),
				null);
		nested.succeed(Objects.requireNonNull(runtime.leases().ask(nested, null))).close();
		awaitIdle("a");
		assertEveryAcquisitionHasOneEnd(2);
		assertThat(output).contains("The minimum hold of the distributed lock on 'a' has ended early");
	}

	@Test
	void closeNowGivesItBackAtOnce() {
		LockHandle held = hold(this.owner, FOR_EVER);
		held.closeNow();
		assertThat(held.isHeld()).isFalse();
		assertThat(this.backend.inspect("a")).isEmpty();
		assertThat(operations()).containsExactly(Kind.ACQUIRED, Kind.RELEASED);
		LockHandle next = tryAcquire(LockOwner.create("stranger")).orElseThrow();
		held.close();
		held.closeNow();
		assertThat(next.isHeld()).isTrue();
	}

	@Test
	void closeNowDoesNotShortenTheHoldOfAnother() {
		LockHandle outer = hold(this.owner, FOR_EVER);
		LockHandle inner = hold(this.owner, FOR_EVER);
		outer.close();
		inner.closeNow();
		assertThat(tryAcquire(LockOwner.create("stranger"))).isEmpty();
	}

	@Test
	void closeNowAfterCloseChangesNothing() {
		LockHandle held = hold(this.owner, FOR_EVER);
		held.close();
		held.closeNow();
		assertThat(tryAcquire(LockOwner.create("stranger"))).isEmpty();
	}

	@Test
	void grantThatNobodyWantsDoesNotLinger() throws Exception {
		CompletableFuture<LockHandle> unwanted = new CompletableFuture<>();
		CompletableFuture<Void> asked = new CompletableFuture<>();
		this.whenAsked = (request) -> {
			asked.complete(null);
			unwanted.handle((handle, failure) -> handle).join();
		};
		CompletableFuture<LockHandle> request = this.locks
			.acquireAsync(LockRequest.distributed("a").minimumHold(FOR_EVER).build());
		asked.get(10, TimeUnit.SECONDS);
		request.cancel(true);
		this.whenAsked = (leaseRequest) -> {
		};
		unwanted.cancel(true);
		this.locks.distributedLock("a", Duration.ofSeconds(10)).close();
		awaitIdle("a");
		assertEveryAcquisitionHasOneEnd(2);
	}

	@Test
	void closingTheManagerGivesItBackAtOnce(CapturedOutput output) {
		this.locks = manager(Duration.ofSeconds(20));
		hold(this.owner, FOR_EVER).close();
		long start = System.nanoTime();
		this.locks.close();
		assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(10));
		assertThat(this.backend.inspect("a")).isEmpty();
		assertThat(operations()).containsExactly(Kind.ACQUIRED, Kind.RELEASED);
		assertThat(output).doesNotContain("Lost the").doesNotContain("Closing while locks are held");
	}

	@Test
	void handleThatClosesWhileTheManagerClosesDoesNotLinger() throws Exception {
		this.locks = manager(Duration.ofSeconds(20));
		LockHandle held = hold(this.owner, FOR_EVER);
		CompletableFuture<LockHandle> waiting = this.locks.acquireAsync(LockRequest.write("b").build());
		waiting.join();
		Future<?> closing = CompletableFuture.runAsync(this.locks::close);
		Awaitility.await()
			.until(() -> this.locks.acquireAsync(LockRequest.write("c").build())
				.thenAccept(LockHandle::close)
				.isCompletedExceptionally());
		held.close();
		assertThat(this.backend.inspect("a")).isEmpty();
		waiting.join().close();
		closing.get(10, TimeUnit.SECONDS);
	}

	@Test
	void closeAgainstTheEndOfTheLease() throws Exception {
		int races = 300;
		ExecutorService other = Executors.newSingleThreadExecutor();
		try {
			for (int i = 0; i < races; i++) {
				LockHandle held = this.locks.acquire(LockRequest.distributed("a")
					.owner(this.owner)
					.minimumHold(Duration.ofMillis(1))
					.lease(Duration.ofNanos(900_000 + i * 1000L))
					.build());
				Future<?> closed = other.submit(held::close);
				this.locks.distributedLock("a", Duration.ofSeconds(10)).close();
				closed.get(10, TimeUnit.SECONDS);
			}
		}
		finally {
			other.shutdownNow();
		}
		awaitIdle("a");
		assertEveryAcquisitionHasOneEnd(2 * races);
	}

	@Test
	void nestedHandlesThatCloseTogetherAreReleasedOnce() throws Exception {
		int races = 300;
		ExecutorService pool = Executors.newFixedThreadPool(2);
		try {
			for (int i = 0; i < races; i++) {
				CyclicBarrier start = new CyclicBarrier(2);
				List<Future<?>> closes = new ArrayList<>();
				for (LockHandle handle : List.of(hold(this.owner, Duration.ofMillis(1)),
						hold(this.owner, Duration.ofMillis(1)))) {
					closes.add(pool.submit(() -> {
						start.await();
						handle.close();
						return null;
					}));
				}
				for (Future<?> close : closes) {
					close.get(10, TimeUnit.SECONDS);
				}
			}
		}
		finally {
			pool.shutdownNow();
		}
		awaitIdle("a");
		assertEveryAcquisitionHasOneEnd(2 * races);
	}

	@Test
	void managerThatClosesAgainstTheTimer() {
		for (int i = 0; i < 100; i++) {
			MemoryLockBackend memory = new MemoryLockBackend();
			AtomicInteger released = new AtomicInteger();
			DefaultLockManager manager = DefaultLockManager.builder()
				.backend(() -> memory)
				.listener((event) -> released.addAndGet((event.operation() == Kind.RELEASED) ? 1 : 0))
				.build();
			LockHandle held = manager
				.acquire(LockRequest.distributed("a").minimumHold(Duration.ofNanos(1_000_000 + i * 10_000)).build());
			long granted = System.nanoTime();
			held.close();
			while (System.nanoTime() - granted < 1_000_000) {
				Thread.onSpinWait();
			}
			manager.close();
			soon().until(() -> memory.inspect("a").isEmpty());
			soon().untilAsserted(() -> assertThat(released).hasValue(1));
		}
	}

	/** Looks often, as most often it is so already. */
	private static ConditionFactory soon() {
		return Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1));
	}

	private LockHandle hold(LockOwner owner, Duration minimum) {
		return this.locks.acquire(LockRequest.distributed("a").owner(owner).minimumHold(minimum).build());
	}

	private CompletableFuture<LockHandle> requestAsync(LockOwner owner, Duration minimum) {
		return this.locks.acquireAsync(LockRequest.distributed("a").owner(owner).minimumHold(minimum).build());
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private Optional<LockHandle> tryAcquire(LockOwner owner) {
		return this.locks.tryAcquire(LockRequest.distributed("a").owner(owner).build());
	}

	private List<Kind> operations() {
		return this.events.stream().map(LockEvent::operation).filter((kind) -> kind != Kind.TIMEOUT).toList();
	}

	private List<LockHolder> holders() {
		return this.locks.getLockStatus("a").get(0).locks().get("distributed").holders();
	}

	private void awaitIdle(String resource) {
		Awaitility.await().untilAsserted(() -> assertThat(this.locks.getLockStatus(resource)).isEmpty());
		this.locks.distributedLock(resource, Duration.ofSeconds(5)).close();
	}

	private void assertEveryAcquisitionHasOneEnd(int acquisitions) {
		Awaitility.await().untilAsserted(() -> {
			assertThat(operations()).filteredOn((kind) -> kind == Kind.ACQUIRED).hasSize(acquisitions + 1);
			assertThat(operations()).filteredOn((kind) -> kind != Kind.ACQUIRED).hasSize(acquisitions + 1);
		});
	}

	/**
	 * The backend, and what happens while it is asked.
	 */
	private final class AskedBackend implements LockBackend {

		@Override
		public Optional<Lease> tryAcquire(LeaseRequest request) {
			MinimumHoldTests.this.whenAsked.accept(request);
			Optional<Lease> granted = MinimumHoldTests.this.backend.tryAcquire(request);
			granted.ifPresent((lease) -> MinimumHoldTests.this.lastGranted = lease);
			return granted;
		}

		@Override
		public boolean renew(Lease lease) {
			return !MinimumHoldTests.this.noticesLosses || MinimumHoldTests.this.backend.renew(lease);
		}

		@Override
		public void release(Lease lease) {
			MinimumHoldTests.this.backend.release(lease);
		}

		@Override
		public Optional<LockHolder> inspect(String resource) {
			return MinimumHoldTests.this.backend.inspect(resource);
		}

	}

}
