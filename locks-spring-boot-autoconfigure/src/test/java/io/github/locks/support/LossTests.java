package io.github.locks.support;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.locks.LockHandle;
import io.github.locks.LockHolder;
import io.github.locks.LockOperation.Kind;
import io.github.locks.LockRequest;
import io.github.locks.memory.MemoryLockBackend;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.LockBackend;
import io.github.locks.spi.LockEvent;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of what happens when a lock is lost, and in which order: a listener that takes
 * its time delays neither the holder nor other locks.
 */
@Timeout(60)
class LossTests {

	private final MemoryLockBackend memory = new MemoryLockBackend();

	private volatile WeakReference<Lease> lastGranted = new WeakReference<>(null);

	private volatile Runnable whenAsked = () -> {
	};

	private final AtomicInteger renewalsOfB = new AtomicInteger();

	private final CountDownLatch told = new CountDownLatch(1);

	private final CountDownLatch release = new CountDownLatch(1);

	private final DefaultLockManager locks = DefaultLockManager.builder()
		.backend(CountingBackend::new)
		.shutdownTimeout(Duration.ZERO)
		.listener(this::onEvent)
		.build();

	private void onEvent(LockEvent event) {
		if (event.operation() == Kind.LOST) {
			this.told.countDown();
			boolean released = false;
			while (!released) {
				try {
					released = this.release.await(50, TimeUnit.SECONDS);
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
					return;
				}
			}
		}
	}

	@AfterEach
	void close() {
		this.release.countDown();
		this.locks.close();
	}

	@Test
	void holderLearnsOfTheLossBeforeTheListeners() throws Exception {
		CompletableFuture<Void> lost = new CompletableFuture<>();
		this.locks.distributedLock("a").onLost(() -> lost.complete(null));
		this.memory.lose("a");
		lost.get(10, TimeUnit.SECONDS);
		this.told.await();
		assertThat(this.release.getCount()).isOne();
	}

	@Test
	void lostHandleIsLostForEver() {
		LockHandle held = this.locks.distributedLock("a");
		this.memory.lose("a");
		Awaitility.await().until(held::isLost);
		held.close();
		held.close();
		assertThat(held.isLost()).isTrue();
		assertThat(held.isHeld()).isFalse();
	}

	@Test
	void endOfALeaseIsForgottenWithTheLease() {
		this.locks.acquire(LockRequest.distributed("a").lease(Duration.ofHours(1)).build()).close();
		Awaitility.await().until(() -> {
			System.gc();
			return this.lastGranted.refersTo(null);
		});
	}

	@Test
	void othersAreRenewedWhileListenersAreTold() throws Exception {
		this.locks.distributedLock("a");
		LockHandle other = this.locks.distributedLock("b");
		this.memory.lose("a");
		this.told.await();
		int before = this.renewalsOfB.get();
		Awaitility.await().until(() -> this.renewalsOfB.get() > before + 1);
		assertThat(other.isHeld()).isTrue();
		this.memory.lose("b");
		Awaitility.await().until(other::isLost);
	}

	@Test
	void leaseThatIsOverIsGivenBackBeforeTheListenersAreTold() throws Exception {
		this.locks.acquire(LockRequest.distributed("a").lease(Duration.ofMillis(20)).build());
		this.told.await();
		assertThat(this.memory.inspect("a")).isEmpty();
	}

	@Test
	void closingGivesAllBackBeforeTheListenersAreTold() throws Exception {
		LockHandle one = this.locks.distributedLock("a");
		LockHandle two = this.locks.distributedLock("b");
		CompletableFuture<Void> closed = CompletableFuture.runAsync(this.locks::close);
		this.told.await();
		assertThat(one.isLost() && two.isLost()).isTrue();
		assertThat(this.memory.inspect("a")).isEmpty();
		assertThat(this.memory.inspect("b")).isEmpty();
		this.release.countDown();
		closed.get(10, TimeUnit.SECONDS);
	}

	/** The backend gives out what it was asked for before the manager was closed. */
	@Test
	void leaseThatIsGrantedWhenTheManagerIsClosedIsLostAtOnce() throws Exception {
		this.release.countDown();
		CompletableFuture<Void> asked = new CompletableFuture<>();
		CompletableFuture<Void> closed = new CompletableFuture<>();
		this.whenAsked = () -> {
			asked.complete(null);
			closed.join();
		};
		CompletableFuture<LockHandle> request = this.locks.acquireAsync(LockRequest.distributed("a").build());
		asked.get(10, TimeUnit.SECONDS);
		this.locks.close();
		closed.complete(null);
		assertThat(request.get(10, TimeUnit.SECONDS).isLost()).isTrue();
		assertThat(this.memory.inspect("a")).isEmpty();
	}

	/**
	 * Counts renewals, and says when it is asked.
	 */
	private final class CountingBackend implements LockBackend {

		@Override
		public Optional<Lease> tryAcquire(LeaseRequest request) {
			LossTests.this.whenAsked.run();
			Optional<Lease> granted = LossTests.this.memory.tryAcquire(request);
			LossTests.this.lastGranted = new WeakReference<>(granted.orElse(null));
			return granted;
		}

		@Override
		public boolean renew(Lease lease) {
			if (lease.resource().equals("b")) {
				LossTests.this.renewalsOfB.incrementAndGet();
			}
			return LossTests.this.memory.renew(lease);
		}

		@Override
		public void release(Lease lease) {
			LossTests.this.memory.release(lease);
		}

		@Override
		public Optional<LockHolder> inspect(String resource) {
			return LossTests.this.memory.inspect(resource);
		}

	}

}
