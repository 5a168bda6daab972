package io.github.locks.support;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import io.github.locks.Deadlock;
import io.github.locks.DeadlockException;
import io.github.locks.LockHandle;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockScope;
import io.github.locks.LockTimeoutException;
import io.github.locks.memory.MemoryLockBackend;
import io.github.locks.spi.LockEvent;
import io.github.locks.spi.LockListener;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mockito.BDDMockito;
import org.mockito.Mockito;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of deadlocks through several processes, for which managers with one backend stand
 * here.
 */
@Timeout(60)
class ProcessDeadlocksTests {

	private static final Duration LONG = Duration.ofSeconds(30);

	private final MemoryLockBackend backend = new MemoryLockBackend();

	private final DefaultLockManager here = manager(DeadlockPolicy.REPORT);

	private final DefaultLockManager there = manager(DeadlockPolicy.REPORT);

	@AfterEach
	void close() {
		this.here.close();
		this.there.close();
	}

	private DefaultLockManager manager(DeadlockPolicy policy) {
		return DefaultLockManager.builder()
			.backend(() -> this.backend)
			.deadlockPolicy(policy)
			.shutdownTimeout(Duration.ZERO)
			.build();
	}

	@Test
	void cycleIsReportedByBothAndGoneWithIt() throws Exception {
		LockOwner one = LockOwner.create("one");
		LockOwner two = LockOwner.create("two");
		LockHandle a = this.here.acquire(LockRequest.distributed("a").owner(one).build());
		this.there.acquire(LockRequest.distributed("b").owner(two).build());
		CompletableFuture<LockHandle> b = this.here
			.acquireAsync(LockRequest.distributed("b").owner(one).method("One.run").timeout(LONG).build());
		CompletableFuture<LockHandle> again = this.there
			.acquireAsync(LockRequest.distributed("a").owner(two).timeout(LONG).build());
		for (DefaultLockManager locks : List.of(this.here, this.there)) {
			Awaitility.await().atMost(Duration.ofSeconds(2)).until(() -> cycles(locks).size() == 1);
			assertThat(cycles(locks).get(0).participants()).extracting(Deadlock.Participant::owner)
				.containsExactlyInAnyOrder("one", "two");
			assertThat(cycles(locks).get(0).participants()).extracting(Deadlock.Participant::holds)
				.containsExactlyInAnyOrder(List.of("a"), List.of("b"));
		}
		b.cancel(false);
		a.close();
		again.get(10, TimeUnit.SECONDS).close();
		Awaitility.await().until(() -> cycles(this.here).isEmpty() && cycles(this.there).isEmpty());
	}

	@Test
	void cycleOverALocalAndADistributedLockIsSeen() {
		LockOwner one = LockOwner.create("one");
		LockOwner two = LockOwner.create("two");
		LockOwner three = LockOwner.create("three");
		this.here.acquire(LockRequest.distributed("file").owner(one).build());
		this.here.acquire(LockRequest.write("memory").owner(two).build());
		this.there.acquire(LockRequest.distributed("other").owner(three).build());
		this.here.acquireAsync(LockRequest.read("memory").owner(one).timeout(LONG).build());
		this.here.acquireAsync(LockRequest.distributed("other").owner(two).timeout(LONG).build());
		assertThat(cycles(this.here)).isEmpty();
		this.there.acquireAsync(LockRequest.distributed("file").owner(three).timeout(LONG).build());
		for (DefaultLockManager locks : List.of(this.here, this.there)) {
			Awaitility.await().atMost(Duration.ofSeconds(2)).until(() -> cycles(locks).size() == 1);
			assertThat(cycles(locks).get(0).participants()).hasSize(3);
		}
	}

	@Test
	void whoKeepsNothingFromOthersDoesNotLook() {
		Pictures pictures = Mockito.mock(Pictures.class);
		new ProcessDeadlocks(pictures).search((found) -> {
		});
		BDDMockito.then(pictures).should(Mockito.never()).publish();
		BDDMockito.then(pictures).should(Mockito.never()).others();
	}

	@Test
	void readersAndWritersOfSeveralProcessesDeadlockToo() {
		LockOwner one = LockOwner.create("one");
		LockOwner two = LockOwner.create("two");
		this.here.acquire(LockRequest.read("a").scope(LockScope.DISTRIBUTED).owner(one).build());
		this.there.acquire(LockRequest.read("b").scope(LockScope.DISTRIBUTED).owner(two).build());
		this.here.acquireAsync(LockRequest.write("b").scope(LockScope.DISTRIBUTED).owner(one).timeout(LONG).build());
		this.there.acquireAsync(LockRequest.write("a").scope(LockScope.DISTRIBUTED).owner(two).timeout(LONG).build());
		Awaitility.await().atMost(Duration.ofSeconds(2)).until(() -> cycles(this.here).size() == 1);
		Awaitility.await().atMost(Duration.ofSeconds(2)).until(() -> cycles(this.there).size() == 1);
	}

	@Test
	void oneIsBrokenAndOnlyOne() throws Exception {
		try (DefaultLockManager first = manager(DeadlockPolicy.BREAK);
				DefaultLockManager second = manager(DeadlockPolicy.BREAK)) {
			LockOwner one = LockOwner.create("one");
			LockOwner two = LockOwner.create("two");
			LockHandle a = first.acquire(LockRequest.distributed("a").owner(one).build());
			LockHandle b = second.acquire(LockRequest.distributed("b").owner(two).build());
			CompletableFuture<LockHandle> older = first
				.acquireAsync(LockRequest.distributed("b").owner(one).timeout(LONG).build());
			Awaitility.await().until(() -> !this.backend.pictures().isEmpty());
			CompletableFuture<LockHandle> younger = second
				.acquireAsync(LockRequest.distributed("a").owner(two).timeout(LONG).build());
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> younger.get(5, TimeUnit.SECONDS))
				.withCauseInstanceOf(DeadlockException.class)
				.withMessageContaining("one")
				.withMessageContaining("two");
			b.close();
			older.get(10, TimeUnit.SECONDS).close();
			a.close();
		}
	}

	@Test
	void nothingIsLeftOfADeadlockThatWasBrokenHoweverSlowListenersAre() throws Exception {
		CountDownLatch told = new CountDownLatch(1);
		CountDownLatch asked = new CountDownLatch(1);
		LockListener slow = new LockListener() {

			@Override
			public void onEvent(LockEvent event) {
			}

			@Override
			public void onDeadlock(Deadlock deadlock) {
				told.countDown();
				try {
					asked.await(10, TimeUnit.SECONDS);
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			}

		};
		try (DefaultLockManager locks = DefaultLockManager.builder()
			.backend(() -> this.backend)
			.listener(slow)
			.shutdownTimeout(Duration.ZERO)
			.build()) {
			LockOwner one = LockOwner.create("one");
			LockOwner two = LockOwner.create("two");
			LockHandle a = locks.acquire(LockRequest.distributed("a").owner(one).build());
			this.there.acquire(LockRequest.distributed("b").owner(two).build());
			CompletableFuture<LockHandle> b = locks
				.acquireAsync(LockRequest.distributed("b").owner(one).timeout(LONG).build());
			CompletableFuture<LockHandle> again = this.there
				.acquireAsync(LockRequest.distributed("a").owner(two).timeout(LONG).build());
			assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
			assertThat(cycles(locks)).hasSize(1);
			b.cancel(false);
			a.close();
			again.get(10, TimeUnit.SECONDS).close();
			Awaitility.await().untilAsserted(() -> assertThat(cycles(locks)).isEmpty());
			assertThat(asked.getCount()).as("the search is still at its listener").isOne();
			asked.countDown();
		}
	}

	@Test
	void statusAndFailuresShowThoseOfOtherProcesses() {
		this.there.acquire(LockRequest.distributed("a").owner(LockOwner.create("agent")).method("Store.save").build());
		this.there.acquire(LockRequest.write("local").build());
		assertThatExceptionOfType(LockTimeoutException.class)
			.isThrownBy(() -> this.here.distributedLock("a", Duration.ofMillis(600)))
			.withMessageContaining("'agent' (Store.save");
		Awaitility.await()
			.untilAsserted(() -> assertThat(this.here.getLockStatus()).singleElement()
				.satisfies((status) -> assertThat(status.locks().get("distributed").holders()).singleElement()
					.satisfies((holder) -> assertThat(holder.owner()).isEqualTo("agent"))));
		this.here.acquireAsync(LockRequest.distributed("a").method("Jobs.run").timeout(LONG).build());
		Awaitility.await()
			.untilAsserted(() -> assertThat(this.there.getLockStatus("a").get(0).locks().get("distributed").waiters())
				.singleElement()
				.satisfies((waiter) -> assertThat(waiter.method()).isEqualTo("Jobs.run")));
	}

	@Test
	void nothingIsShownOfLocksInsideOfTheProcess() {
		this.there.distributedLock("a").close();
		LockHandle held = this.there.writeLock("local");
		this.there.acquireAsync(LockRequest.write("local").timeout(LONG).build());
		this.here.distributedLock("b");
		Awaitility.await().until(() -> !this.backend.pictures().isEmpty());
		assertThat(this.backend.pictures()).flatExtracting((picture) -> picture.waits()).isEmpty();
		held.close();
	}

	/** With {@code -Dlocks.test.ordered=PT10M} for as long as one likes. */
	@Test
	@Timeout(value = 1, unit = TimeUnit.HOURS)
	void orderedLockingIsNeverReported() {
		Duration time = Duration.parse(System.getProperty("locks.test.ordered", "PT3S"));
		AtomicBoolean stop = new AtomicBoolean();
		List<CompletableFuture<Void>> loops = Stream.of(this.here, this.there, this.here, this.there)
			.map((locks) -> CompletableFuture.runAsync(() -> {
				while (!stop.get()) {
					try (LockHandle a = locks.distributedLock("a", LONG);
							LockHandle b = locks.writeLock("b");
							LockHandle c = locks.distributedLock("c", LONG)) {
						assertThat(a.isHeld() && b.isHeld() && c.isHeld()).isTrue();
					}
				}
			}, (task) -> new Thread(task).start()))
			.toList();
		long start = System.nanoTime();
		while (System.nanoTime() - start < time.toNanos()) {
			assertThat(cycles(this.here)).isEmpty();
			assertThat(cycles(this.there)).isEmpty();
		}
		stop.set(true);
		loops.forEach(CompletableFuture::join);
	}

	private static List<Deadlock> cycles(DefaultLockManager locks) {
		return locks.detectDeadlocks().stream().filter((found) -> found.kind() == Deadlock.Kind.CYCLE).toList();
	}

}
