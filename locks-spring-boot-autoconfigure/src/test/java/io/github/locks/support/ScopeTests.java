package io.github.locks.support;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.github.locks.LockHandle;
import io.github.locks.LockHolder;
import io.github.locks.LockInterruptedException;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockScope;
import io.github.locks.LockTimeoutException;
import io.github.locks.LockType;
import io.github.locks.LockUpgradeException;
import io.github.locks.memory.MemoryLockBackend;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.LockBackend;
import org.awaitility.Awaitility;
import org.hamcrest.Matchers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of read and write locks that other processes respect, for which two managers with
 * one backend stand here.
 */
@Timeout(60)
class ScopeTests {

	private static final Duration SHORT = Duration.ofMillis(50);

	private final MemoryLockBackend backend = new MemoryLockBackend();

	private final DefaultLockManager here = manager();

	private final DefaultLockManager there = manager();

	@AfterEach
	void close() {
		this.here.close();
		this.there.close();
	}

	private DefaultLockManager manager() {
		return DefaultLockManager.builder()
			.backend(() -> this.backend)
			.scope(LockScope.DISTRIBUTED)
			.shutdownTimeout(Duration.ZERO)
			.build();
	}

	@Test
	void writersExcludeWritersAndReadersOfOthers() {
		try (LockHandle writer = this.here.writeLock("a")) {
			assertThat(tryThere(LockType.READ)).isEmpty();
			assertThat(tryThere(LockType.WRITE)).isEmpty();
			assertThat(this.there.tryAcquire(LockRequest.distributed("a").build())).as("another lock").isPresent();
			assertThat(writer.fencingToken()).isPositive();
		}
		assertThat(tryThere(LockType.WRITE)).hasValueSatisfying(LockHandle::close);
	}

	@Test
	void readersShareAndTheLastOneLetsWritersIn() {
		LockHandle first = read(this.here, "1");
		LockHandle second = read(this.here, "2");
		LockHandle other = read(this.there, "3");
		assertThat(second.fencingToken()).as("one lease").isEqualTo(first.fencingToken());
		assertThat(other.fencingToken()).isGreaterThan(first.fencingToken());
		other.close();
		first.close();
		assertThat(tryThere(LockType.WRITE)).isEmpty();
		second.close();
		assertThat(tryThere(LockType.WRITE)).hasValueSatisfying(LockHandle::close);
	}

	@Test
	void localLocksOfAResourceStayHereButExcludeThoseOfItsOtherScopeHere() {
		LockHandle local = this.here.acquire(LockRequest.write("a").scope(LockScope.LOCAL).build());
		assertThat(tryThere(LockType.WRITE)).hasValueSatisfying(LockHandle::close);
		LockRequest stranger = LockRequest.read("a").owner(LockOwner.create("o")).timeout(Duration.ZERO).build();
		assertThat(this.here.tryAcquire(stranger)).isEmpty();
		local.close();
		assertThat(this.here.tryAcquire(stranger)).hasValueSatisfying(LockHandle::close);
	}

	@Test
	void writerThatReadsOnLetsReadersIn() {
		LockHandle writer = this.here.writeLock("a");
		LockHandle reader = this.here.readLock("a");
		assertThat(tryThere(LockType.READ)).isEmpty();
		writer.close();
		assertThat(tryThere(LockType.WRITE)).isEmpty();
		awaitReaderThere();
		reader.close();
		assertThat(tryThere(LockType.WRITE)).hasValueSatisfying(LockHandle::close);
	}

	/** A writer that was refused just now goes first, for a while. */
	private void awaitReaderThere() {
		Awaitility.await().until(() -> tryThere(LockType.READ).map((handle) -> {
			handle.close();
			return true;
		}).orElse(false));
	}

	@Test
	void upgradeIsRefused() {
		try (LockHandle reader = this.here.readLock("a")) {
			assertThatExceptionOfType(LockUpgradeException.class).isThrownBy(() -> this.here.writeLock("a"));
			assertThat(reader.isHeld()).isTrue();
		}
	}

	@Test
	void nestedHoldsShareTheLease() {
		LockHandle outer = this.here.writeLock("a");
		LockHandle inner = this.here.writeLock("a");
		assertThat(inner.fencingToken()).isEqualTo(outer.fencingToken());
		outer.close();
		assertThat(tryThere(LockType.READ)).isEmpty();
		inner.close();
		awaitReaderThere();
	}

	@ParameterizedTest
	@EnumSource(names = { "READ", "WRITE" })
	void childrenEnterWhatTheirParentsHoldWhoeverElseWaits(LockType outer) {
		BusyBackend busy = new BusyBackend();
		try (DefaultLockManager locks = DefaultLockManager.builder().backend(() -> busy).build()) {
			LockOwner parent = LockOwner.create("parent");
			LockRequest request = LockRequest.of(outer, "a").scope(LockScope.DISTRIBUTED).owner(parent).build();
			try (LockHandle held = locks.acquire(request)) {
				LockRequest inner = LockRequest.read("a")
					.scope(LockScope.DISTRIBUTED)
					.owner(parent.nested("child").nested("grandchild"))
					.timeout(Duration.ZERO)
					.build();
				// Strangers do not join a lease of that age any more.
				Awaitility.await().pollDelay(Duration.ofMillis(150)).until(held::isHeld);
				assertThat(locks.tryAcquire(inner)).hasValueSatisfying(LockHandle::close);
			}
		}
	}

	@Test
	void readerWhoseLockIsLostWhileItsWriterLeavesIsToldAtOnce() {
		BusyBackend busy = new BusyBackend();
		try (DefaultLockManager locks = DefaultLockManager.builder()
			.backend(() -> busy)
			.scope(LockScope.DISTRIBUTED)
			.build()) {
			LockHandle writer = locks.writeLock("a");
			LockHandle reader = locks.readLock("a");
			writer.close();
			assertThat(reader.isLost()).isTrue();
			reader.close();
		}
	}

	@Test
	void allReadersOfALeaseLoseIt() {
		List<LockHandle> readers = List.of(read(this.here, "1"), read(this.here, "2"));
		AtomicInteger told = new AtomicInteger();
		readers.forEach((reader) -> reader.onLost(told::incrementAndGet));
		assertThat(this.backend.lose("a")).isTrue();
		assertThat(readers).allMatch(LockHandle::isLost);
		Awaitility.await().untilAtomic(told, Matchers.is(2));
		assertThat(tryThere(LockType.WRITE)).hasValueSatisfying(LockHandle::close);
		readers.forEach(LockHandle::close);
		this.here.writeLock("a").close();
	}

	@Test
	void readersThatOverlapDoNotKeepAWriterOfOthersOut() throws Exception {
		AtomicBoolean stop = new AtomicBoolean();
		List<CompletableFuture<Void>> readers = new ArrayList<>();
		CountDownLatch busy = new CountDownLatch(4);
		for (int i = 0; i < 4; i++) {
			LockOwner owner = LockOwner.create("reader " + i);
			readers.add(CompletableFuture.runAsync(() -> {
				while (!stop.get()) {
					try (LockHandle handle = read(this.here, owner)) {
						busy.countDown();
						CompletableFuture.runAsync(() -> {
						}, CompletableFuture.delayedExecutor(7, TimeUnit.MILLISECONDS)).join();
					}
				}
			}, (task) -> new Thread(task).start()));
		}
		busy.await();
		for (int i = 0; i < 5; i++) {
			long start = System.nanoTime();
			this.there.acquire(LockRequest.write("a").timeout(Duration.ofSeconds(20)).build()).close();
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
		}
		stop.set(true);
		readers.forEach(CompletableFuture::join);
	}

	@Test
	void whoeverAskedIsReplacedWhenItTurnsAway() throws Exception {
		LockHandle writer = this.there.writeLock("a");
		CompletableFuture<LockHandle> asks = this.here.acquireAsync(LockRequest.read("a").build());
		Awaitility.await().until(() -> waiters() == 1);
		CompletableFuture<LockHandle> waits = this.here.acquireAsync(LockRequest.read("a").build());
		Thread interrupted = new Thread(() -> assertThatExceptionOfType(LockInterruptedException.class)
			.isThrownBy(() -> read(this.here, "interrupted")));
		interrupted.start();
		Awaitility.await().until(() -> waiters() == 3);
		assertThatExceptionOfType(LockTimeoutException.class)
			.isThrownBy(() -> this.here.acquire(LockRequest.read("a").timeout(SHORT).build()));
		asks.cancel(false);
		interrupted.interrupt();
		interrupted.join();
		Awaitility.await().until(() -> waiters() == 1);
		writer.close();
		waits.get(10, TimeUnit.SECONDS).close();
		assertThat(tryThere(LockType.WRITE)).hasValueSatisfying(LockHandle::close);
	}

	private int waiters() {
		return this.here.getLockStatus("a")
			.stream()
			.flatMap((status) -> status.locks().values().stream())
			.mapToInt((lock) -> lock.waiters().size())
			.sum();
	}

	@RepeatedTest(20)
	void lastReaderThatLeavesAgainstReaderThatJoins() throws Exception {
		AtomicInteger readers = new AtomicInteger();
		AtomicInteger writers = new AtomicInteger();
		AtomicInteger overlaps = new AtomicInteger();
		List<CompletableFuture<Void>> loops = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			LockOwner owner = LockOwner.create("reader " + i);
			loops.add(loop(() -> read(this.here, owner), readers, writers, overlaps));
		}
		loops.add(loop(() -> this.there.acquire(LockRequest.write("a").timeout(Duration.ofSeconds(30)).build()),
				writers, readers, overlaps));
		CompletableFuture.allOf(loops.toArray(CompletableFuture[]::new)).get();
		assertThat(overlaps).hasValue(0);
		assertThat(this.backend.inspect("a")).isEmpty();
		assertThat(this.here.getLockStatus()).isEmpty();
	}

	private static CompletableFuture<Void> loop(Supplier<LockHandle> lock, AtomicInteger inside, AtomicInteger others,
			AtomicInteger overlaps) {
		return CompletableFuture.runAsync(() -> {
			for (int i = 0; i < 100; i++) {
				try (LockHandle handle = lock.get()) {
					inside.incrementAndGet();
					overlaps.addAndGet(others.get());
					inside.decrementAndGet();
				}
			}
		}, (task) -> new Thread(task).start());
	}

	@Test
	void scopeOfADistributedLockIsFixed() {
		assertThatIllegalArgumentException().isThrownBy(() -> LockRequest.distributed("a").scope(LockScope.LOCAL))
			.withMessageContaining("'scope'");
		assertThat(LockRequest.distributed("a").build().scope()).isEqualTo(LockScope.DISTRIBUTED);
		assertThatIllegalArgumentException().isThrownBy(() -> DefaultLockManager.builder().scope(LockScope.CONFIGURED))
			.withMessageContaining("'scope'");
	}

	@Test
	void resourcesHaveScopesOfTheirOwn() {
		try (DefaultLockManager locks = DefaultLockManager.builder()
			.backend(() -> this.backend)
			.resource("shared*", ResourceSettings.DEFAULTS.withScope(LockScope.DISTRIBUTED))
			.build(); LockHandle shared = locks.writeLock("shared:1"); LockHandle local = locks.writeLock("a")) {
			assertThat(this.there.tryAcquire(LockRequest.read("shared:1").build())).isEmpty();
			assertThat(tryThere(LockType.READ)).hasValueSatisfying(LockHandle::close);
			assertThat(shared.isHeld() && local.isHeld()).isTrue();
		}
	}

	private Optional<LockHandle> tryThere(LockType type) {
		return this.there.tryAcquire(LockRequest.of(type, "a").build());
	}

	private static LockHandle read(DefaultLockManager locks, String owner) {
		return read(locks, LockOwner.create(owner));
	}

	private static LockHandle read(DefaultLockManager locks, LockOwner owner) {
		return locks.acquire(LockRequest.read("a").owner(owner).timeout(Duration.ofSeconds(30)).build());
	}

	/**
	 * Others always wait for what it gives out, which it loses when it is to hand it
	 * over.
	 */
	private static final class BusyBackend implements LockBackend {

		private final MemoryLockBackend memory = new MemoryLockBackend();

		@Override
		public Optional<Lease> tryAcquire(LeaseRequest request) {
			return this.memory.tryAcquire(request);
		}

		@Override
		public boolean isContended(Lease lease) {
			return true;
		}

		@Override
		public Optional<Lease> handOver(Lease lease, LeaseRequest successor) {
			this.memory.release(lease);
			throw new IllegalStateException("broken");
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
