package io.github.locks;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.locks.support.DeadlockPolicy;
import io.github.locks.support.DefaultLockManager;
import io.github.locks.support.ResourceSettings;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * Times that cannot be, nulls, and locks that are used in the wrong way, through the API
 * and on a real lock directory. The numbers are the rows of {@code docs/bad-input.md}.
 */
@Timeout(60)
class BadValuesTests {

	private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

	@TempDir
	private Path temporary;

	private DefaultLockManager locks;

	@BeforeEach
	void open() {
		this.locks = DefaultLockManager.builder().directory(this.temporary).shutdownTimeout(Duration.ZERO).build();
	}

	@AfterEach
	void close() {
		this.locks.close();
	}

	@ParameterizedTest(name = "row 63 {0}")
	@EnumSource
	void timeoutOfZeroOrLessTriesOnce(LockType type) {
		for (Duration timeout : List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(-1),
				Duration.ofSeconds(Long.MIN_VALUE))) {
			LockRequest free = request(type, "a").timeout(timeout).build();
			this.locks.acquire(free).close();
			this.locks.acquireAsync(free).join().close();
			try (Held held = hold("a")) {
				LockRequest taken = stranger(type, "a").timeout(timeout).build();
				assertThatExceptionOfType(LockTimeoutException.class).isThrownBy(() -> this.locks.acquire(taken));
				assertThat(this.locks.acquireAsync(taken)).isCompletedExceptionally();
				assertThat(held.isHeld()).isTrue();
			}
		}
	}

	@ParameterizedTest(name = "row 64 {0}")
	@EnumSource
	void longestTimeoutWaits(LockType type) throws Exception {
		Held held = hold("a");
		LockRequest request = stranger(type, "a").timeout(FOREVER).build();
		CompletableFuture<LockHandle> waiting = this.locks.acquireAsync(request);
		CompletableFuture<Void> blocked = CompletableFuture.runAsync(() -> this.locks.acquire(request).close(),
				(task) -> new Thread(task).start());
		Awaitility.await().until(() -> waiters("a") == 2);
		assertThat(waiting).isNotDone();
		assertThat(blocked).isNotDone();
		held.close();
		waiting.get(30, TimeUnit.SECONDS).close();
		blocked.get(30, TimeUnit.SECONDS);
	}

	private Stream<ThrowingCallable> nullTimes() {
		return Stream.of(() -> this.locks.readLock("a", null), () -> this.locks.writeLock("a", null),
				() -> this.locks.distributedLock("a", null), () -> LockRequest.read("a").timeout(null),
				() -> LockRequest.distributed("a").lease(null), () -> LockRequest.distributed("a").minimumHold(null),
				() -> DefaultLockManager.builder().timeout(LockType.READ, null),
				() -> DefaultLockManager.builder().idleEviction(null),
				() -> DefaultLockManager.builder().shutdownTimeout(null),
				() -> DefaultLockManager.builder().deadlockThreshold(null),
				() -> DefaultLockManager.builder().deadlockCheckInterval(null));
	}

	/** Row 65. */
	@Test
	void timeThatIsNullIsRefused() {
		assertThat(nullTimes()).allSatisfy((call) -> assertThatIllegalArgumentException().isThrownBy(call)
			.withMessageMatching("'\\w+'.* must not be null"));
		for (Lock view : List.of(this.locks.lock("a"), this.locks.readWriteLock("a").readLock())) {
			assertThatNullPointerException().isThrownBy(() -> view.tryLock(1, null));
		}
		assertThat(this.locks.getLockStatus()).isEmpty();
	}

	/** Row 66. */
	@Test
	void leaseOfZeroOrLessIsRefused() {
		for (Duration lease : List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(Long.MIN_VALUE))) {
			assertThatIllegalArgumentException().isThrownBy(() -> LockRequest.distributed("a").lease(lease))
				.withMessageContaining("'lease'")
				.withMessageContaining("more than zero");
			assertThatIllegalArgumentException().isThrownBy(() -> ResourceSettings.DEFAULTS.withLease(lease))
				.withMessageContaining("'lease'");
		}
	}

	static List<Duration> shortLeases() {
		return List.of(Duration.ofNanos(1), Duration.ofNanos(999_999), Duration.ofMillis(1));
	}

	@ParameterizedTest(name = "rows 66, 67 {0}")
	@MethodSource("shortLeases")
	void shortestLeaseIsLostAndTold(Duration lease) throws Exception {
		LockHandle held = loseByLease("a", lease);
		assertThat(held.isHeld()).isFalse();
		try (DefaultLockManager other = DefaultLockManager.builder().directory(this.temporary).build();
				LockHandle next = other.distributedLock("a", Duration.ofSeconds(30))) {
			assertThat(this.locks.tryAcquire(stranger(LockType.DISTRIBUTED, "a").build())).isEmpty();
			held.close();
			assertThat(next.isHeld()).isTrue();
			assertThat(next.fencingToken()).isGreaterThan(held.fencingToken());
		}
		this.locks.distributedLock("a", Duration.ofSeconds(30)).close();
		assertThat(held.isLost()).isTrue();
	}

	private LockHandle loseByLease(String resource, Duration lease) throws Exception {
		LockHandle held = this.locks.acquire(LockRequest.distributed(resource).lease(lease).build());
		CompletableFuture<Void> lost = new CompletableFuture<>();
		held.onLost(() -> lost.complete(null));
		lost.get(30, TimeUnit.SECONDS);
		return held;
	}

	static List<Duration> longLeases() {
		return List.of(Duration.ofDays(36_525), Duration.ofNanos(Long.MAX_VALUE), FOREVER);
	}

	@ParameterizedTest(name = "row 66 {0}")
	@MethodSource("longLeases")
	void longestLeaseDoesNotOverflow(Duration lease) throws Exception {
		try (LockHandle held = this.locks.acquire(LockRequest.distributed("a").lease(lease).build())) {
			// A lease that had overflowed would be due before these are.
			loseByLease("b", Duration.ofMillis(1)).close();
			loseByLease("c", Duration.ofMillis(1)).close();
			assertThat(held.isHeld()).isTrue();
			assertThat(this.locks.tryAcquire(stranger(LockType.DISTRIBUTED, "a").build())).isEmpty();
		}
		this.locks.distributedLock("a", Duration.ZERO).close();
	}

	@ParameterizedTest(name = "row 68 {0}")
	@EnumSource
	void secondCloseReleasesNobodyElse(LockType type) throws Exception {
		LockHandle first = this.locks.acquire(request(type, "a").build());
		CompletableFuture.runAsync(first::close).get(10, TimeUnit.SECONDS);
		try (LockHandle next = this.locks
			.acquire(request(type, "a").owner(LockOwner.create("next")).timeout(Duration.ofSeconds(10)).build())) {
			first.close();
			CompletableFuture.runAsync(first::close).get(10, TimeUnit.SECONDS);
			assertThat(next.isHeld()).isTrue();
			assertThat(this.locks.tryAcquire(stranger(type, "a").build())).isEmpty();
		}
		assertThat(this.locks.getStatistics("a").get(0).locks().get(type.key()).totalReleases()).isEqualTo(2);
	}

	/** Row 68. */
	@Test
	void unlockAfterAFailedTryLockIsRefusedAndHarmsNobody() throws Exception {
		try (Held held = hold("a")) {
			for (Lock view : List.of(this.locks.lock("a"), this.locks.readWriteLock("a").readLock())) {
				assertThat(view.tryLock()).isFalse();
				assertThat(view.tryLock(1, TimeUnit.MILLISECONDS)).isFalse();
				assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(view::unlock);
			}
			assertThat(held.isHeld()).isTrue();
			assertThat(this.locks.getLockStatus("a").get(0).locks().get("write").waiters()).isEmpty();
		}
	}

	/** Row 68. */
	@Test
	void unlockByAnotherThreadIsRefused() throws Exception {
		Lock view = this.locks.lock("a");
		view.lock();
		CompletableFuture<Void> other = CompletableFuture.runAsync(view::unlock, (task) -> new Thread(task).start());
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> other.get(10, TimeUnit.SECONDS))
			.withCauseInstanceOf(IllegalMonitorStateException.class);
		assertThat(this.locks.tryAcquire(stranger(LockType.WRITE, "a").build())).isEmpty();
		view.unlock();
		this.locks.tryAcquire(stranger(LockType.WRITE, "a").build()).orElseThrow().close();
	}

	@ParameterizedTest(name = "row 69 {0}")
	@EnumSource
	void closedHandleCanBeReadAndIsNotLost(LockType type) {
		LockHandle handle = this.locks.acquire(request(type, "a").build());
		long token = handle.fencingToken();
		LockOwner owner = handle.owner();
		handle.close();
		AtomicBoolean told = new AtomicBoolean();
		handle.onLost(() -> told.set(true));
		assertThat(handle.isHeld()).isFalse();
		assertThat(handle.isLost()).isFalse();
		assertThat(handle.fencingToken()).isEqualTo(token).isPositive();
		assertThat(handle.owner()).isSameAs(owner);
		assertThat(handle.resource()).isEqualTo("a");
		assertThat(handle.type()).isEqualTo(type);
		assertThat(handle.toString()).contains("CLOSED");
		try (LockHandle next = this.locks.acquire(request(type, "a").build())) {
			assertThat(next.fencingToken()).isGreaterThan(token);
		}
		assertThat(told).isFalse();
	}

	/** Row 70. */
	@Test
	void upgradeIsRefusedAtOnceAndTheReadLockStays() {
		LockOwner owner = LockOwner.create("reader");
		LockRequest upgrade = LockRequest.write("a").owner(owner).timeout(FOREVER).build();
		try (LockHandle reading = this.locks.acquire(LockRequest.read("a").owner(owner).build())) {
			assertRefusedAtOnce(() -> this.locks.acquire(upgrade));
			assertRefusedAtOnce(() -> this.locks.tryAcquire(upgrade));
			assertRefusedAtOnce(() -> {
				try {
					this.locks.acquireAsync(upgrade).get(10, TimeUnit.SECONDS);
				}
				catch (ExecutionException ex) {
					throw ex.getCause();
				}
			});
			assertThat(reading.isHeld()).isTrue();
			this.locks.tryAcquire(LockRequest.read("a").owner(LockOwner.create("other")).build()).orElseThrow().close();
		}
		this.locks.writeLock("a", Duration.ZERO).close();
	}

	@ParameterizedTest(name = "row 71 {0}")
	@EnumSource
	void callbackMayAskForTheSameLock(LockType type) throws Exception {
		Held held = hold("a");
		LockRequest request = stranger(type, "a").timeout(Duration.ofSeconds(30)).build();
		CompletableFuture<Long> chained = this.locks.acquireAsync(request).thenApply((outer) -> {
			outer.close();
			try (LockHandle inner = this.locks.acquire(stranger(type, "a").timeout(Duration.ofSeconds(30)).build())) {
				return inner.fencingToken();
			}
		});
		CompletableFuture<Void> nested = this.locks.acquireAsync(request)
			.thenCompose((outer) -> this.locks
				.acquireAsync(LockRequest.of(type, "a").owner(outer.owner().child("nested")).build())
				.thenAccept(LockHandle::close)
				.whenComplete((value, failure) -> outer.close()));
		held.close();
		assertThat(chained.get(30, TimeUnit.SECONDS)).isPositive();
		nested.get(30, TimeUnit.SECONDS);
		assertThat(this.locks.getLockStatus()).isEmpty();
	}

	/** Row 72: there is no method that runs an action; these take its place. */
	@Test
	void nullInTheApiIsRefused() {
		List<ThrowingCallable> calls = List.of(() -> this.locks.acquire(null), () -> this.locks.tryAcquire(null),
				() -> this.locks.acquireAsync(null), () -> Locks.enter(null), () -> LockRequest.read("a").owner(null),
				() -> LockRequest.read("a").method(null), () -> LockRequest.of(null, "a"),
				() -> DefaultLockManager.builder().directory(null), () -> DefaultLockManager.builder().backend(null),
				() -> DefaultLockManager.builder().listener(null),
				() -> DefaultLockManager.builder().deadlockPolicy(null));
		assertThat(calls).allSatisfy((call) -> assertThatIllegalArgumentException().isThrownBy(call)
			.withMessageContaining("must not be null"));
		try (LockHandle held = this.locks.readLock("a")) {
			assertThatIllegalArgumentException().isThrownBy(() -> held.onLost(null));
			assertThat(held.isHeld()).isTrue();
		}
	}

	@ParameterizedTest(name = "row 73 {0}")
	@EnumSource
	void thousandNamesAndThenAllAgain(LockType type) {
		List<String> names = IntStream.range(0, 1000).mapToObj((i) -> "name " + i).toList();
		LockOwner owner = LockOwner.create("collector");
		List<LockHandle> held = new ArrayList<>();
		for (String name : names) {
			held.add(this.locks.acquire(LockRequest.of(type, name).owner(owner).build()));
			held.add(this.locks.acquire(LockRequest.of(type, name).owner(owner).build()));
		}
		assertThat(this.locks.getLockStatus()).hasSize(names.size());
		for (int i = 0; i < held.size(); i += 2) {
			held.get(i).close();
		}
		for (String name : names) {
			assertThat(this.locks.tryAcquire(stranger(type, name).build())).as(name).isEmpty();
		}
		for (int i = held.size() - 1; i > 0; i -= 2) {
			held.get(i).close();
		}
		assertThat(this.locks.getLockStatus()).isEmpty();
	}

	/** Row 73. */
	@Test
	void reversedOrderEndsWhereCyclesAreBroken() throws Exception {
		List<String> names = IntStream.range(0, 100).mapToObj((i) -> "name " + i).toList();
		List<String> reversed = new ArrayList<>(names);
		Collections.reverse(reversed);
		try (DefaultLockManager breaking = DefaultLockManager.builder().deadlockPolicy(DeadlockPolicy.BREAK).build()) {
			CyclicBarrier start = new CyclicBarrier(2);
			CompletableFuture<Integer> forwards = CompletableFuture.supplyAsync(() -> collect(breaking, names, start),
					(task) -> new Thread(task, "forwards").start());
			CompletableFuture<Integer> backwards = CompletableFuture
				.supplyAsync(() -> collect(breaking, reversed, start), (task) -> new Thread(task, "backwards").start());
			assertThat(forwards.get(30, TimeUnit.SECONDS) + backwards.get(30, TimeUnit.SECONDS)).isEqualTo(100);
			assertThat(breaking.getLockStatus()).isEmpty();
		}
	}

	/** Takes all locks in their order, and starts anew if it is the victim. */
	private static int collect(DefaultLockManager locks, List<String> names, CyclicBarrier start) {
		int rounds = 0;
		awaitBarrier(start);
		while (rounds < 50) {
			List<LockHandle> held = new ArrayList<>();
			try {
				for (String name : names) {
					held.add(locks.writeLock(name, Duration.ofSeconds(20)));
				}
				rounds++;
			}
			catch (DeadlockException ex) {
				assertThat(held).hasSizeLessThan(names.size());
			}
			finally {
				held.forEach(LockHandle::close);
			}
		}
		return rounds;
	}

	private static void awaitBarrier(CyclicBarrier barrier) {
		try {
			barrier.await(10, TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void assertRefusedAtOnce(ThrowingCallable upgrade) {
		long fastest = Long.MAX_VALUE;
		for (int i = 0; i < 5; i++) {
			long start = System.nanoTime();
			assertThatExceptionOfType(LockUpgradeException.class).isThrownBy(upgrade);
			fastest = Math.min(fastest, System.nanoTime() - start);
		}
		assertThat(Duration.ofNanos(fastest)).isLessThan(Duration.ofSeconds(1));
	}

	/** Holds all there is of a resource. */
	private Held hold(String resource) {
		return new Held(this.locks.acquire(request(LockType.WRITE, resource).build()),
				this.locks.acquire(request(LockType.DISTRIBUTED, resource).build()));
	}

	private int waiters(String resource) {
		return this.locks.getStatistics(resource)
			.get(0)
			.locks()
			.values()
			.stream()
			.mapToInt(LockStatistics::currentWaiters)
			.sum();
	}

	private static LockRequest.Builder request(LockType type, String resource) {
		return LockRequest.of(type, resource).owner(LockOwner.create("holder"));
	}

	/** Somebody else, who asks for what a holder of this type excludes. */
	private static LockRequest.Builder stranger(LockType type, String resource) {
		return LockRequest.of((type == LockType.READ) ? LockType.WRITE : type, resource)
			.owner(LockOwner.create("stranger"));
	}

	/**
	 * A write lock and a distributed lock.
	 *
	 * @param write the one
	 * @param distributed the other
	 */
	private record Held(LockHandle write, LockHandle distributed) implements AutoCloseable {

		boolean isHeld() {
			return this.write.isHeld() && this.distributed.isHeld();
		}

		@Override
		public void close() {
			this.write.close();
			this.distributed.close();
		}

	}

}
