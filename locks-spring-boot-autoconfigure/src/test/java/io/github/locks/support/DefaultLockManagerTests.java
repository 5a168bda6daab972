package io.github.locks.support;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.locks.Deadlock;
import io.github.locks.DeadlockException;
import io.github.locks.InvalidLockNameException;
import io.github.locks.LockHandle;
import io.github.locks.LockInterruptedException;
import io.github.locks.LockManagerClosedException;
import io.github.locks.LockOperation;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockStatistics;
import io.github.locks.LockTimeoutException;
import io.github.locks.LockUpgradeException;
import io.github.locks.LockType;
import io.github.locks.ResourceStatus;
import io.github.locks.spi.LockEvent;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of {@link DefaultLockManager} for the locks inside a process.
 */
@Timeout(60)
class DefaultLockManagerTests {

	private static final Duration LONG = Duration.ofSeconds(30);

	private final DefaultLockManager locks = DefaultLockManager.builder().shutdownTimeout(Duration.ZERO).build();

	@AfterEach
	void close() {
		this.locks.close();
	}

	@Test
	void readersShareAndWritersExclude() {
		try (LockHandle first = read("a", LockOwner.create("r1"));
				LockHandle second = read("a", LockOwner.create("r2"))) {
			assertThat(first.isHeld()).isTrue();
			assertThat(second.isHeld()).isTrue();
			assertThat(this.locks.tryAcquire(LockRequest.write("a").owner(LockOwner.create("w")).build())).isEmpty();
		}
		try (LockHandle writer = this.locks.writeLock("a")) {
			assertThat(writer.fencingToken()).isPositive();
			assertThat(this.locks.tryAcquire(LockRequest.read("a").owner(LockOwner.create("r")).build())).isEmpty();
			assertThat(this.locks.tryAcquire(LockRequest.write("b").owner(LockOwner.create("r")).build())).isPresent();
		}
	}

	@Test
	void timeoutSaysWhoHoldsWhereSinceWhenAndWhatToRaise() {
		LockOwner holder = LockOwner.create("agent-7");
		try (LockHandle held = this.locks
			.acquire(LockRequest.write("orders:42").owner(holder).method("OrderService.pay").build())) {
			long start = System.nanoTime();
			assertThatExceptionOfType(LockTimeoutException.class)
				.isThrownBy(() -> this.locks.writeLock("orders:42", Duration.ofMillis(50)))
				.withMessageContaining("write lock on 'orders:42' within 50ms")
				.withMessageContaining("'agent-7' (OrderService.pay, process " + ProcessHandle.current().pid() + "@")
				.withMessageContaining("since 20")
				.withMessageContaining("nobody waits ahead")
				.withMessageContaining("the timeout given by the caller")
				.satisfies((ex) -> {
					assertThat(ex.holders()).singleElement()
						.satisfies((h) -> assertThat(h.owner()).isEqualTo("agent-7"));
					assertThat(ex.position()).isEqualTo(1);
					assertThat(ex.resource()).isEqualTo("orders:42");
				});
			assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(50));
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	void zeroAndNegativeTimeoutsTryOnce() {
		try (LockHandle held = read("a", LockOwner.create("r"))) {
			assertThat(held.isHeld()).isTrue();
			for (Duration timeout : List.of(Duration.ZERO, Duration.ofSeconds(-1),
					Duration.ofSeconds(Long.MIN_VALUE))) {
				assertThatExceptionOfType(LockTimeoutException.class)
					.isThrownBy(() -> this.locks.writeLock("a", timeout));
				this.locks.readLock("a", timeout).close();
			}
		}
	}

	@Test
	void hugeTimeoutsDoNotOverflow() throws Exception {
		LockHandle held = this.locks.writeLock("a");
		CompletableFuture<LockHandle> waiting = this.locks
			.acquireAsync(LockRequest.write("a").timeout(Duration.ofSeconds(Long.MAX_VALUE)).build());
		assertThat(waiting).isNotDone();
		CompletableFuture<Void> blocking = CompletableFuture
			.runAsync(() -> this.locks.writeLock("a", Duration.ofSeconds(Long.MAX_VALUE)).close());
		awaitWaiters("a", 2);
		held.close();
		waiting.get().close();
		blocking.get();
	}

	@Test
	void ownersReenterDowngradeAndAreRefusedToUpgrade() {
		try (LockHandle outer = this.locks.writeLock("a")) {
			try (LockHandle inner = this.locks.writeLock("a"); LockHandle read = this.locks.readLock("a")) {
				assertThat(inner.fencingToken()).isEqualTo(outer.fencingToken());
				assertThat(read.fencingToken()).isEqualTo(outer.fencingToken());
			}
			assertThat(outer.isHeld()).isTrue();
		}
		LockHandle write = this.locks.writeLock("a");
		LockHandle read = this.locks.readLock("a");
		write.close();
		assertThat(this.locks.tryAcquire(LockRequest.read("a").owner(LockOwner.create("other")).build())).isPresent();
		long start = System.nanoTime();
		assertThatExceptionOfType(LockUpgradeException.class).isThrownBy(() -> this.locks.writeLock("a", LONG))
			.withMessageContaining("already reads");
		assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(5));
		assertThat(this.locks.acquireAsync(LockRequest.write("a").owner(LockOwner.current()).build()))
			.isCompletedExceptionally();
		read.close();
	}

	@Test
	void readerReentersPastWaitingWriter() {
		try (LockHandle outer = this.locks.readLock("a")) {
			CompletableFuture<LockHandle> writer = this.locks.acquireAsync(LockRequest.write("a").build());
			assertThat(this.locks.tryAcquire(LockRequest.read("a").owner(LockOwner.create("other")).build())).isEmpty();
			this.locks.readLock("a", Duration.ZERO).close();
			assertThat(writer).isNotDone();
			writer.cancel(true);
			assertThat(outer.isHeld()).isTrue();
		}
	}

	@Test
	void childEntersWhatItsParentHoldsButNotTheOtherWay() {
		LockOwner parent = LockOwner.create("parent");
		LockOwner child = parent.child("child");
		LockHandle held = write("a", parent);
		LockHandle nested = write("a", child);
		assertThat(nested.fencingToken()).isEqualTo(held.fencingToken());
		assertThat(this.locks.tryAcquire(LockRequest.write("a").owner(parent.child("sibling")).build())).isEmpty();
		held.close();
		assertThat(this.locks.tryAcquire(LockRequest.write("a").owner(parent).build())).isEmpty();
		nested.close();
		write("a", parent).close();
	}

	@Test
	void handleClosesOnceFromAnyThread() throws Exception {
		LockHandle first = this.locks.writeLock("a");
		CompletableFuture.runAsync(first::close).get();
		LockHandle second = write("a", LockOwner.create("second"));
		first.close();
		assertThat(second.isHeld()).isTrue();
		assertThat(first.isHeld()).isFalse();
		assertThat(this.locks.tryAcquire(LockRequest.read("a").build())).isEmpty();
		second.close();
	}

	@Test
	void interruptFlagMakesBlockingAcquireThrowBeforeItTakesAnything() {
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(LockInterruptedException.class).isThrownBy(() -> this.locks.writeLock("a"));
		assertThat(Thread.interrupted()).isTrue();
		assertThat(this.locks.getLockStatus("a")).isEmpty();
	}

	@Test
	void interruptEndsWaitAndKeepsFlag() throws Exception {
		LockHandle held = write("a", LockOwner.create("holder"));
		CompletableFuture<Boolean> flag = new CompletableFuture<>();
		Thread waiter = new Thread(() -> {
			try {
				this.locks.writeLock("a", LONG).close();
			}
			catch (LockInterruptedException ex) {
				flag.complete(Thread.currentThread().isInterrupted());
			}
		});
		waiter.start();
		awaitWaiters("a", 1);
		waiter.interrupt();
		assertThat(flag.get()).isTrue();
		waiter.join();
		held.close();
		assertThat(this.locks.getLockStatus()).isEmpty();
	}

	@Test
	void asyncRequestIsAnOwnerOfItsOwn() throws Exception {
		try (LockHandle held = this.locks.writeLock("a")) {
			assertThat(held.isHeld()).isTrue();
			assertThat(this.locks.acquireAsync(LockRequest.write("a").timeout(Duration.ZERO).build()))
				.isCompletedExceptionally();
		}
		CompletableFuture<LockHandle> free = this.locks.acquireAsync(LockRequest.write("a").build());
		assertThat(free).isCompleted();
		free.get().close();
	}

	@Test
	void asyncTimeoutIsNeverEarlyAndExplains() {
		try (LockHandle held = this.locks.writeLock("a")) {
			long start = System.nanoTime();
			CompletableFuture<LockHandle> waiting = this.locks
				.acquireAsync(LockRequest.read("a").timeout(Duration.ofMillis(30)).build());
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(waiting::get)
				.withCauseInstanceOf(LockTimeoutException.class)
				.withMessageContaining("read lock on 'a'");
			assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(30));
			assertThat(held.isHeld()).isTrue();
		}
		assertThat(this.locks.getLockStatus()).isEmpty();
	}

	@Test
	void cancelledOrForeignlyCompletedFutureLeavesTheQueue() {
		LockHandle held = this.locks.writeLock("a");
		CompletableFuture<LockHandle> cancelled = this.locks.acquireAsync(LockRequest.write("a").build());
		CompletableFuture<LockHandle> timedOut = this.locks.acquireAsync(LockRequest.write("a").build());
		CompletableFuture<LockHandle> completed = this.locks.acquireAsync(LockRequest.write("a").build());
		CompletableFuture<LockHandle> supplied = this.locks.acquireAsync(LockRequest.write("a").build());
		CompletableFuture<LockHandle> last = this.locks.acquireAsync(LockRequest.write("a").build());
		cancelled.cancel(true);
		timedOut.orTimeout(1, TimeUnit.MILLISECONDS);
		completed.completeExceptionally(new IllegalStateException("enough"));
		assertThat(supplied.completeAsync(() -> held).join()).isSameAs(held);
		awaitWaiters("a", 1);
		held.close();
		assertThat(last.join().isHeld()).isTrue();
		last.join().close();
		assertThat(this.locks.getLockStatus()).isEmpty();
	}

	@Test
	void blockingCallbackDelaysNobody() throws Exception {
		LockHandle held = this.locks.writeLock("a");
		CompletableFuture<Void> gate = new CompletableFuture<>();
		CompletableFuture<Void> slow = this.locks.acquireAsync(LockRequest.read("a").build()).thenAccept((handle) -> {
			handle.close();
			gate.join();
		});
		CompletableFuture<Void> next = this.locks.acquireAsync(LockRequest.write("a").build())
			.thenAccept(LockHandle::close);
		held.close();
		next.get(10, TimeUnit.SECONDS);
		assertThat(slow).isNotDone();
		gate.complete(null);
		slow.get();
	}

	@Test
	void acquireInsideACompletionCallbackOfTheSameLock() throws Exception {
		LockHandle held = this.locks.writeLock("a");
		CompletableFuture<Long> chained = this.locks.acquireAsync(LockRequest.write("a").build()).thenApply((outer) -> {
			outer.close();
			try (LockHandle inner = this.locks.writeLock("a", LONG)) {
				return inner.fencingToken();
			}
		});
		held.close();
		assertThat(chained.get(10, TimeUnit.SECONDS)).isGreaterThan(held.fencingToken());
	}

	@Test
	void statisticsCountWhatHappened() {
		for (int i = 0; i < 5; i++) {
			this.locks.readLock("a").close();
		}
		try (LockHandle held = this.locks.writeLock("a")) {
			assertThat(this.locks.tryAcquire(LockRequest.read("a").owner(LockOwner.create("r")).build())).isEmpty();
			LockStatistics write = statistics("a", "write");
			assertThat(write.currentHolders()).isOne();
			assertThat(write.totalReleases()).isZero();
			assertThat(held.isHeld()).isTrue();
		}
		LockStatistics read = statistics("a", "read");
		assertThat(read.totalAcquisitions()).isEqualTo(5);
		assertThat(read.totalReleases()).isEqualTo(5);
		assertThat(read.totalTimeouts()).isOne();
		assertThat(read.maxHoldTimeMs()).isGreaterThanOrEqualTo(read.avgHoldTimeMs());
		assertThat(read.avgHoldTimeMs()).isGreaterThanOrEqualTo(read.minHoldTimeMs());
		assertThat(statistics("a", "distributed").totalAcquisitions()).isZero();
		assertThat(this.locks.getStatistics("a").get(0).recentOperations()).extracting(LockOperation::operation)
			.endsWith(LockOperation.Kind.ACQUIRED, LockOperation.Kind.TIMEOUT, LockOperation.Kind.RELEASED);
		this.locks.resetStatistics("a");
		assertThat(statistics("a", "read").totalAcquisitions()).isZero();
		assertThat(this.locks.getStatistics("unknown")).isEmpty();
	}

	@Test
	void statusShowsHoldersAndPositionsOverTheWholeQueue() {
		LockHandle held = this.locks
			.acquire(LockRequest.write("a").owner(LockOwner.create("w1")).method("Store.save").build());
		CompletableFuture<LockHandle> reader = this.locks
			.acquireAsync(LockRequest.read("a").owner(LockOwner.create("r1")).build());
		CompletableFuture<LockHandle> writer = this.locks
			.acquireAsync(LockRequest.write("a").owner(LockOwner.create("w2")).build());
		ResourceStatus status = this.locks.getLockStatus("a").get(0);
		assertThat(status.locks()).containsOnlyKeys("read", "write");
		assertThat(status.locks().get("write").holders()).singleElement().satisfies((holder) -> {
			assertThat(holder.owner()).isEqualTo("w1");
			assertThat(holder.method()).isEqualTo("Store.save");
		});
		assertThat(status.locks().get("read").waiters()).singleElement()
			.satisfies((waiter) -> assertThat(waiter.position()).isEqualTo(1));
		assertThat(status.locks().get("write").waiters()).singleElement()
			.satisfies((waiter) -> assertThat(waiter.position()).isEqualTo(2));
		held.close();
		reader.join().close();
		writer.join().close();
		assertThat(this.locks.getLockStatus()).isEmpty();
	}

	@Test
	void cycleIsFoundWhenItCloses() {
		LockOwner one = LockOwner.create("t1");
		LockOwner two = LockOwner.create("t2");
		LockHandle a = write("a", one);
		LockHandle b = write("b", two);
		CompletableFuture<LockHandle> first = this.locks.acquireAsync(LockRequest.write("b").owner(one).build());
		assertThat(this.locks.detectDeadlocks()).isEmpty();
		CompletableFuture<LockHandle> second = this.locks.acquireAsync(LockRequest.write("a").owner(two).build());
		List<Deadlock> deadlocks = this.locks.detectDeadlocks();
		assertThat(deadlocks).singleElement().satisfies((deadlock) -> {
			assertThat(deadlock.kind()).isEqualTo(Deadlock.Kind.CYCLE);
			assertThat(deadlock.participants()).extracting(Deadlock.Participant::owner)
				.containsExactlyInAnyOrder("t1", "t2");
			assertThat(deadlock.participants()).extracting(Deadlock.Participant::waitsFor)
				.containsExactlyInAnyOrder("a", "b");
		});
		assertThat(this.locks.detectDeadlocks().get(0).detectedAt()).isEqualTo(deadlocks.get(0).detectedAt());
		a.close();
		second.join().close();
		b.close();
		first.join().close();
		assertThat(this.locks.detectDeadlocks()).isEmpty();
	}

	@Test
	void queueInducedDeadlockIsFound() {
		LockOwner one = LockOwner.create("t1");
		LockOwner three = LockOwner.create("t3");
		LockHandle readA = read("a", one);
		LockHandle writeB = write("b", three);
		CompletableFuture<LockHandle> waitsForB = this.locks.acquireAsync(LockRequest.write("b").owner(one).build());
		CompletableFuture<LockHandle> writerOfA = this.locks
			.acquireAsync(LockRequest.write("a").owner(LockOwner.create("t2")).build());
		CompletableFuture<LockHandle> readerBehind = this.locks
			.acquireAsync(LockRequest.read("a").owner(three).build());
		assertThat(this.locks.detectDeadlocks()).singleElement()
			.satisfies((deadlock) -> assertThat(deadlock.participants()).extracting(Deadlock.Participant::owner)
				.containsExactlyInAnyOrder("t1", "t2", "t3"));
		writerOfA.cancel(true);
		readerBehind.join().close();
		writeB.close();
		waitsForB.join().close();
		readA.close();
	}

	@Test
	void breakPolicyFailsTheRequestThatClosesTheCycle() {
		try (DefaultLockManager breaking = DefaultLockManager.builder()
			.deadlockPolicy(DeadlockPolicy.BREAK)
			.shutdownTimeout(Duration.ZERO)
			.build()) {
			LockOwner one = LockOwner.create("t1");
			LockHandle a = breaking.acquire(LockRequest.write("a").owner(one).build());
			LockHandle b = breaking.writeLock("b");
			CompletableFuture<LockHandle> first = breaking.acquireAsync(LockRequest.write("b").owner(one).build());
			assertThatExceptionOfType(DeadlockException.class).isThrownBy(() -> breaking.writeLock("a", LONG))
				.withMessageContaining("'t1'")
				.withMessageContaining("same order");
			b.close();
			first.join().close();
			a.close();
			assertThat(breaking.getStatistics("a").get(0).recentOperations()).extracting(LockOperation::operation)
				.contains(LockOperation.Kind.DEADLOCK);
		}
	}

	@RepeatedTest(200)
	void cycleThatTwoRequestsCloseAtOnceHasOneVictim() throws Exception {
		try (DefaultLockManager breaking = DefaultLockManager.builder()
			.deadlockPolicy(DeadlockPolicy.BREAK)
			.shutdownTimeout(Duration.ZERO)
			.build()) {
			CyclicBarrier bothHold = new CyclicBarrier(2);
			List<CompletableFuture<Boolean>> results = new ArrayList<>();
			for (String[] order : new String[][] { { "a", "b" }, { "b", "a" } }) {
				results.add(CompletableFuture.supplyAsync(() -> {
					try (LockHandle first = breaking.writeLock(order[0])) {
						bothHold.await();
						try (LockHandle second = breaking.writeLock(order[1])) {
							return first.isHeld() && second.isHeld();
						}
					}
					catch (DeadlockException ex) {
						return false;
					}
					catch (Exception ex) {
						throw new IllegalStateException(ex);
					}
				}, (task) -> new Thread(task).start()));
			}
			assertThat(List.of(results.get(0).get(), results.get(1).get())).containsExactlyInAnyOrder(true, false);
		}
	}

	@Test
	void timeoutInADeadlockSaysSo() {
		LockOwner one = LockOwner.create("t1");
		LockHandle a = write("a", one);
		try (LockHandle b = this.locks.writeLock("b")) {
			CompletableFuture<LockHandle> first = this.locks.acquireAsync(LockRequest.write("b").owner(one).build());
			assertThatExceptionOfType(LockTimeoutException.class)
				.isThrownBy(() -> this.locks.writeLock("a", Duration.ofMillis(20)))
				.withMessageContaining("part of a deadlock: ")
				.withMessageContaining("'t1' holds ['a'] and has waited for 'b' for ")
				.withMessageContaining("same order");
			first.cancel(true);
			assertThat(b.isHeld()).isTrue();
		}
		a.close();
	}

	@Test
	void ownersWaitForTheirNestedCalls() {
		LockOwner one = LockOwner.create("one");
		LockOwner two = LockOwner.create("two");
		LockHandle a = write("a", one);
		LockHandle b = write("b", two);
		CompletableFuture<LockHandle> first = this.locks
			.acquireAsync(LockRequest.write("b").owner(one.nested("call").nested("deeper call")).build());
		CompletableFuture<LockHandle> second = this.locks
			.acquireAsync(LockRequest.write("a").owner(two.nested("other call")).build());
		assertThat(this.locks.detectDeadlocks()).singleElement().satisfies((deadlock) -> {
			assertThat(deadlock.participants()).extracting(Deadlock.Participant::owner)
				.containsExactlyInAnyOrder("deeper call", "other call");
			assertThat(deadlock.participants()).allSatisfy((participant) -> assertThat(participant.holds()).hasSize(1));
		});
		a.close();
		second.join().close();
		b.close();
		first.join().close();
	}

	@Test
	void ownersDoNotWaitForTheirOtherChildren() {
		LockOwner one = LockOwner.create("one");
		LockOwner two = LockOwner.create("two");
		LockHandle a = write("a", one);
		LockHandle b = write("b", two);
		CompletableFuture<LockHandle> child = this.locks
			.acquireAsync(LockRequest.write("b").owner(one.child("task beside")).build());
		CompletableFuture<LockHandle> other = this.locks.acquireAsync(LockRequest.write("a").owner(two).build());
		assertThat(this.locks.detectDeadlocks()).isEmpty();
		a.close();
		other.join().close();
		b.close();
		child.join().close();
	}

	@Test
	void longWaitIsReportedAsSuspicious() {
		try (DefaultLockManager impatient = DefaultLockManager.builder()
			.deadlockThreshold(Duration.ofMillis(20))
			.deadlockCheckInterval(Duration.ofMillis(5))
			.shutdownTimeout(Duration.ZERO)
			.build(); LockHandle held = impatient.writeLock("a")) {
			CompletableFuture<LockHandle> waiting = impatient.acquireAsync(LockRequest.write("a").build());
			Awaitility.await()
				.untilAsserted(() -> assertThat(impatient.detectDeadlocks()).singleElement()
					.satisfies((deadlock) -> assertThat(deadlock.kind()).isEqualTo(Deadlock.Kind.LONG_WAIT)));
			waiting.cancel(true);
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	void closedManagerFailsWaitersAndRefusesNewWork() {
		LockHandle held = this.locks.writeLock("a");
		CompletableFuture<LockHandle> waiting = this.locks.acquireAsync(LockRequest.write("a").build());
		this.locks.close();
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> waiting.get(5, TimeUnit.SECONDS))
			.withCauseInstanceOf(LockManagerClosedException.class);
		assertThatExceptionOfType(LockManagerClosedException.class).isThrownBy(() -> this.locks.readLock("b"));
		assertThat(this.locks.acquireAsync(LockRequest.read("b").build())).isCompletedExceptionally();
		held.close();
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void namesCannotForgeLinesOfTheLog(CapturedOutput output) {
		String hostile = "a\r\n2026 ERROR forged\u001b[31m";
		LockHandle held = write(hostile, LockOwner.create(hostile));
		assertThatExceptionOfType(LockTimeoutException.class)
			.isThrownBy(() -> this.locks.writeLock(hostile, Duration.ZERO))
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("\n", "\r", "\u001b"));
		assertThat(held.toString()).doesNotContain("\n", "\r", "\u001b");
		this.locks.close();
		assertThat(output).contains("Closing while locks are held")
			.doesNotContain("\r", "\u001b", "\n2026 ERROR forged");
		held.close();
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void deadlockIsLoggedOnceWithoutBeingAskedFor(CapturedOutput output) {
		LockOwner one = LockOwner.create("t1");
		LockOwner two = LockOwner.create("t2");
		write("a", one);
		write("b", two);
		CompletableFuture<LockHandle> first = this.locks.acquireAsync(LockRequest.write("b").owner(one).build());
		CompletableFuture<LockHandle> second = this.locks.acquireAsync(LockRequest.write("a").owner(two).build());
		Awaitility.await().untilAsserted(() -> assertThat(output).contains("Deadlock: "));
		this.locks.detectDeadlocks();
		this.locks.detectDeadlocks();
		assertThat(output.toString().split("Deadlock: ", -1)).hasSize(2);
		first.cancel(true);
		second.cancel(true);
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void failingListenerChangesNothing() {
		List<LockEvent> events = new ArrayList<>();
		try (DefaultLockManager listened = DefaultLockManager.builder().listener((event) -> {
			throw new IllegalStateException("broken");
		}).listener(events::add).build()) {
			listened.writeLock("a").close();
			listened.readLock("a").close();
		}
		assertThat(events).extracting(LockEvent::operation)
			.containsExactly(LockOperation.Kind.ACQUIRED, LockOperation.Kind.RELEASED, LockOperation.Kind.ACQUIRED,
					LockOperation.Kind.RELEASED);
		assertThat(events).extracting(LockEvent::type)
			.containsExactly(LockType.WRITE, LockType.WRITE, LockType.READ, LockType.READ);
	}

	@Test
	void everyEndOfARequestIsCountedOnceAndLeavesNoReference() {
		try (DefaultLockManager small = DefaultLockManager.builder()
			.historySize(3)
			.shutdownTimeout(Duration.ZERO)
			.idleEviction(Duration.ofMillis(1))
			.build()) {
			LockHandle held = small.writeLock("a");
			small.acquireAsync(LockRequest.read("a").build()).cancel(true);
			assertThatExceptionOfType(LockTimeoutException.class).isThrownBy(() -> small
				.acquire(LockRequest.read("a").timeout(Duration.ofMillis(1)).owner(LockOwner.create("r")).build()));
			assertThat(small.acquireAsync(LockRequest.read("a").timeout(Duration.ZERO).build()))
				.isCompletedExceptionally();
			LockStatistics read = small.getStatistics("a").get(0).locks().get("read");
			assertThat(read.totalAcquisitions()).isZero();
			assertThat(read.totalFailures()).isOne();
			assertThat(read.totalTimeouts()).isEqualTo(2);
			assertThat(small.getStatistics("a").get(0).recentOperations()).extracting(LockOperation::operation)
				.containsExactly(LockOperation.Kind.CANCELLED, LockOperation.Kind.TIMEOUT, LockOperation.Kind.TIMEOUT);
			held.close();
			held.close();
			LockStatistics write = small.getStatistics("a").get(0).locks().get("write");
			assertThat(write.totalReleases()).isOne();
			assertThat(write.minHoldTimeMs()).isPositive().isEqualTo(write.maxHoldTimeMs());
			Awaitility.await().until(() -> small.isForgotten("a"));
			assertThat(small.getStatistics("a").get(0).locks().get("write").totalReleases()).isOne();
			small.writeLock("a", Duration.ZERO).close();
		}
	}

	@Test
	void requestsThatRaceWithCloseEndAndLeaveNothing() throws Exception {
		for (int i = 0; i < 300; i++) {
			DefaultLockManager closing = DefaultLockManager.builder().shutdownTimeout(LONG).build();
			LockHandle held = closing.writeLock("a");
			CyclicBarrier start = new CyclicBarrier(2);
			CompletableFuture<Void> closed = CompletableFuture.runAsync(() -> {
				awaitBarrier(start);
				closing.close();
			});
			awaitBarrier(start);
			CompletableFuture<LockHandle> racing = closing.acquireAsync(LockRequest.read("a").build());
			racing.handle((handle, failure) -> failure).get(10, TimeUnit.SECONDS);
			assertThat(racing).isCompletedExceptionally();
			held.close();
			closed.get(10, TimeUnit.SECONDS);
		}
	}

	@Test
	void closeWaitsForHolders() throws Exception {
		DefaultLockManager closing = DefaultLockManager.builder().shutdownTimeout(LONG).build();
		LockOwner worker = LockOwner.create("worker");
		LockHandle held = closing.acquire(LockRequest.write("a").owner(worker).build());
		CompletableFuture<Void> closed = CompletableFuture.runAsync(closing::close);
		Awaitility.await().until(() -> closing.acquireAsync(LockRequest.read("b").build()).isCompletedExceptionally());
		assertThat(closed).isNotDone();
		closing.acquire(LockRequest.write("needed-to-finish").owner(worker).build()).close();
		held.close();
		closed.get(10, TimeUnit.SECONDS);
	}

	@Test
	void everyNameIsALockOfItsOwn() {
		List<String> names = List.of("a", "a ", " a", "A", "e\u0301", "\u00e9", "\u00df", "SS", "\u0131", "I",
				"\uFEFFa", "a\u200bb", "ab", "a/b", "a//b", "a/./b", "../../etc/passwd", ".guard", "x.lock", "lock:{x}",
				"a}b{c", "{}", "{", "foo", "foo:fence", "foo:readers", "foo:queue", "*", "x[1]*", "x1zzz", "?",
				"'; DROP TABLE locks;--", "]] redis.call('FLUSHALL') --", "a\r\nFLUSHALL\r\n", "${user.home}",
				"#{T(java.lang.Runtime).getRuntime().exec('touch /tmp/marker-of-locks')}", "<script>alert(1)</script>",
				"{{7*7}}", "${7*7}", "[[${7*7}]]", "a\n\ndata: {\"x\":1}\nevent: close", "${jndi:ldap://127.0.0.1/a}",
				"=cmd|' /C calc'!A0", "a\",\"b\":1", "Aa", "BB", "x".repeat(300) + "1", "x".repeat(300) + "2");
		for (String name : names) {
			write(name, LockOwner.create("owner of " + names.indexOf(name)));
		}
		for (String name : names) {
			assertThat(this.locks.getLockStatus(name).get(0).locks().get("write").holders()).singleElement()
				.satisfies((holder) -> assertThat(holder.owner()).isEqualTo("owner of " + names.indexOf(name)));
		}
		assertThat(Path.of("/tmp/marker-of-locks")).doesNotExist();
	}

	@Test
	void namesWithTheSameHashAreLocksOfTheirOwn() {
		List<String> names = List.of("");
		for (int i = 0; i < 13; i++) {
			names = names.stream().flatMap((name) -> Stream.of(name + "Aa", name + "BB")).toList();
		}
		assertThat(names.stream().map(String::hashCode).distinct()).hasSize(1);
		for (String name : names) {
			write(name, LockOwner.create("o"));
		}
		assertThat(this.locks.getLockStatus()).hasSize(names.size());
	}

	@Test
	void aMillionNamesDoNotStay() {
		try (DefaultLockManager small = DefaultLockManager.builder().maxResources(500).build()) {
			for (int i = 0; i < 1_000_000; i++) {
				small.readLock("r" + i).close();
			}
			assertThat(small.getStatistics()).hasSizeLessThanOrEqualTo(1002);
		}
	}

	@Test
	void nullsAndBadNamesAreRefused() {
		assertThatExceptionOfType(InvalidLockNameException.class).isThrownBy(() -> this.locks.readLock(null));
		assertThatExceptionOfType(InvalidLockNameException.class).isThrownBy(() -> this.locks.getStatistics(" "));
		assertThatExceptionOfType(InvalidLockNameException.class).isThrownBy(() -> this.locks.readWriteLock(""));
		assertThatIllegalArgumentException().isThrownBy(() -> this.locks.readLock("a", null));
		assertThatIllegalArgumentException().isThrownBy(() -> this.locks.acquire(null));
		assertThatIllegalArgumentException().isThrownBy(() -> LockRequest.read("a").lease(Duration.ofSeconds(1)));
		assertThatIllegalArgumentException().isThrownBy(() -> LockRequest.distributed("a").lease(Duration.ZERO));
	}

	@Test
	void fencingTokensGrowAcrossEviction() {
		try (DefaultLockManager small = DefaultLockManager.builder().maxResources(1).build()) {
			long last = 0;
			for (int i = 0; i < 1000; i++) {
				try (LockHandle held = small.writeLock("a"); LockHandle other = small.writeLock("b" + i % 3)) {
					assertThat(held.fencingToken()).isGreaterThan(last);
					last = held.fencingToken();
					assertThat(other.isHeld()).isTrue();
				}
			}
		}
	}

	@Test
	void moreReadersThanTheJdkAllows() {
		LockHandle[] readers = new LockHandle[70_000];
		for (int i = 0; i < readers.length; i++) {
			readers[i] = read("a", LockOwner.create("r"));
		}
		assertThat(statistics("a", "read").currentHolders()).isEqualTo(readers.length);
		for (LockHandle reader : readers) {
			reader.close();
		}
		this.locks.writeLock("a", Duration.ZERO).close();
	}

	@Test
	void idleResourcesAreEvictedButTheirStatisticsStay() {
		try (DefaultLockManager evicting = DefaultLockManager.builder()
			.maxResources(100)
			.idleEviction(Duration.ofMillis(1))
			.build(); LockHandle held = evicting.writeLock("held")) {
			for (int i = 0; i < 10_000; i++) {
				evicting.readLock("r" + i).close();
			}
			assertThat(evicting.getStatistics()).hasSizeLessThanOrEqualTo(202);
			assertThat(evicting.getStatistics("r9999")).isNotEmpty();
			assertThat(evicting.tryAcquire(LockRequest.write("held").owner(LockOwner.create("w")).build())).isEmpty();
			assertThat(held.isHeld()).isTrue();
		}
	}

	private static void awaitBarrier(CyclicBarrier barrier) {
		try {
			barrier.await();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private LockHandle read(String resource, LockOwner owner) {
		return this.locks.acquire(LockRequest.read(resource).owner(owner).build());
	}

	private LockHandle write(String resource, LockOwner owner) {
		return this.locks.acquire(LockRequest.write(resource).owner(owner).build());
	}

	private LockStatistics statistics(String resource, String kind) {
		return this.locks.getStatistics(resource).get(0).locks().get(kind);
	}

	private void awaitWaiters(String resource, int number) {
		Awaitility.await()
			.until(() -> this.locks.getStatistics(resource)
				.get(0)
				.locks()
				.values()
				.stream()
				.mapToInt(LockStatistics::currentWaiters)
				.sum() == number);
	}

}
