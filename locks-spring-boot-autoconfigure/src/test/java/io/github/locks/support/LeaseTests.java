package io.github.locks.support;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.github.locks.LockHandle;
import io.github.locks.LockHolder;
import io.github.locks.LockLostException;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.memory.MemoryLockBackend;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.LockBackend;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of leases that run out, with a backend that is late, fails or hangs.
 */
@Timeout(60)
class LeaseTests {

	private static final Duration TIME_TO_LIVE = Duration.ofSeconds(2);

	private static final Duration SLOW = Duration.ofMillis(100);

	private final LeasingBackend backend = new LeasingBackend();

	private final DefaultLockManager locks = DefaultLockManager.builder()
		.backend(() -> this.backend)
		.shutdownTimeout(Duration.ZERO)
		.build();

	@AfterEach
	void close() {
		this.backend.hanging.countDown();
		this.locks.close();
	}

	@Test
	void leaseIsRenewedUntilItIsGivenBack() {
		LockHandle held = this.locks.distributedLock("a");
		Awaitility.await().until(() -> this.backend.renewals("a") >= 5);
		assertThat(held.isHeld()).isTrue();
		held.close();
		int renewals = this.backend.renewals("a");
		LockHandle other = this.locks.distributedLock("b");
		Awaitility.await().until(() -> this.backend.renewals("b") >= 5);
		assertThat(this.backend.renewals("a")).as("not after it was given back").isEqualTo(renewals);
		other.close();
	}

	@Test
	void backendThatFailsForAWhileLosesNothing() {
		LockHandle held = this.locks.distributedLock("a");
		this.backend.failures.set(2);
		Awaitility.await().until(() -> this.backend.renewals("a") >= 5);
		assertThat(this.backend.failures).hasNonPositiveValue();
		assertThat(held.isHeld()).isTrue();
		held.close();
	}

	@Test
	void leaseOfABackendThatFailsIsLostWhenItRunsOut() {
		long asked = System.nanoTime();
		LockHandle held = this.locks.distributedLock("a");
		CountDownLatch told = new CountDownLatch(1);
		held.onLost(told::countDown);
		this.backend.failures.set(Integer.MAX_VALUE);
		Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> !held.isHeld());
		assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(TIME_TO_LIVE);
		assertThat(held.isLost()).isTrue();
		assertThatExceptionOfType(LockLostException.class).isThrownBy(held::assertHeld);
		Awaitility.await().until(() -> told.getCount() == 0);
		this.backend.failures.set(0);
		held.close();
		this.locks.distributedLock("a").close();
	}

	@Test
	void renewalThatHangsDelaysNoOther() {
		LockHandle hanging = this.locks.distributedLock("hanging");
		Awaitility.await().until(() -> this.backend.renewals("hanging") == 1);
		LockHandle other = this.locks.distributedLock("a");
		Awaitility.await().until(() -> this.backend.renewals("a") >= 5);
		assertThat(other.isHeld()).isTrue();
		assertThat(hanging.isLost()).as("at its time").isTrue();
		this.backend.hanging.countDown();
		assertThat(hanging.isHeld()).as("whatever a late answer says").isFalse();
		other.close();
		hanging.close();
	}

	@Test
	void answerThatTookLongerThanTheLeaseIsNoGrant() {
		this.backend.slow = true;
		assertThatExceptionOfType(LockTimeoutException.class)
			.isThrownBy(() -> this.locks.distributedLock("a", Duration.ofMillis(100)));
		this.backend.slow = false;
		assertThat(this.backend.inspect("a")).isEmpty();
		this.locks.distributedLock("a", Duration.ZERO).close();
	}

	@Test
	void whoeverComesDoesNotGetALeaseThatIsOver() throws Exception {
		LockHandle held = this.locks.distributedLock("a");
		this.backend.failures.set(Integer.MAX_VALUE);
		Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> !held.isHeld());
		held.close();
		try (LockHandle next = this.locks.acquire(LockRequest.distributed("a").build())) {
			assertThat(next.isHeld()).isTrue();
			assertThat(next.fencingToken()).isGreaterThan(held.fencingToken());
		}
	}

	@Test
	void leaseThatIsHandedOnAllTheTimeIsRenewed() {
		LockRequest request = LockRequest.distributed("a").build();
		LockHandle held = this.locks.acquireAsync(request).join();
		while (this.backend.renewals("a") < 5) {
			assertThat(held.isHeld()).isTrue();
			CompletableFuture<LockHandle> next = this.locks.acquireAsync(request);
			held.close();
			held = next.join();
		}
		assertThat(this.backend.handedOver).hasPositiveValue();
		held.close();
	}

	@Test
	void renewalsThatAreSlowDoNotWaitForEachOther() {
		List<LockHandle> handles = new ArrayList<>();
		for (int i = 0; i < 64; i++) {
			handles.add(this.locks.distributedLock("slow" + i));
		}
		Awaitility.await()
			.until(() -> handles.stream().allMatch((handle) -> this.backend.renewals(handle.resource()) >= 5));
		assertThat(handles).allMatch(LockHandle::isHeld);
		handles.forEach(LockHandle::close);
	}

	/**
	 * Gives leases out that run out.
	 */
	private static final class LeasingBackend implements LockBackend {

		private final MemoryLockBackend memory = new MemoryLockBackend();

		private final Map<String, AtomicInteger> renewals = new ConcurrentHashMap<>();

		private final AtomicInteger failures = new AtomicInteger();

		private final AtomicInteger handedOver = new AtomicInteger();

		private final CountDownLatch hanging = new CountDownLatch(1);

		private volatile boolean slow;

		int renewals(String resource) {
			return this.renewals.computeIfAbsent(resource, (key) -> new AtomicInteger()).get();
		}

		@Override
		public Optional<Lease> tryAcquire(LeaseRequest request) {
			Optional<Lease> granted = this.memory.tryAcquire(request).map(RunningLease::new);
			if (this.slow) {
				Awaitility.await().pollDelay(TIME_TO_LIVE).until(() -> true);
			}
			return granted;
		}

		@Override
		public boolean renew(Lease lease) {
			this.renewals.computeIfAbsent(lease.resource(), (key) -> new AtomicInteger()).incrementAndGet();
			if (lease.resource().equals("hanging")) {
				awaitUninterruptibly();
			}
			if (lease.resource().startsWith("slow")) {
				LockSupport.parkNanos(SLOW.toNanos());
			}
			if (this.failures.getAndDecrement() > 0) {
				throw new IllegalStateException("broken");
			}
			return this.memory.renew(((RunningLease) lease).lease());
		}

		@Override
		public Optional<Lease> handOver(Lease lease, LeaseRequest successor) {
			Optional<Lease> next = this.memory.handOver(((RunningLease) lease).lease(), successor)
				.map(RunningLease::new);
			next.ifPresent((granted) -> this.handedOver.incrementAndGet());
			return next;
		}

		@Override
		public boolean isContended(Lease lease) {
			return false;
		}

		private void awaitUninterruptibly() {
			try {
				this.hanging.await(30, TimeUnit.SECONDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

		@Override
		public void release(Lease lease) {
			this.memory.release(((RunningLease) lease).lease());
		}

		@Override
		public Optional<LockHolder> inspect(String resource) {
			return this.memory.inspect(resource);
		}

	}

	/**
	 * A lease that runs out.
	 *
	 * @param lease the one in memory
	 */
	private record RunningLease(Lease lease) implements Lease {

		@Override
		public String resource() {
			return this.lease.resource();
		}

		@Override
		public long fencingToken() {
			return this.lease.fencingToken();
		}

		@Override
		public Optional<Duration> timeToLive() {
			return Optional.of(TIME_TO_LIVE);
		}

		@Override
		public Duration renewalInterval() {
			return TIME_TO_LIVE.dividedBy(3);
		}

	}

}
