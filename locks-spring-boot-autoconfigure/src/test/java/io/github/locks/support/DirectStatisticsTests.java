package io.github.locks.support;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLongArray;

import io.github.locks.LockHandle;
import io.github.locks.LockOperation;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockStatistics;
import io.github.locks.LockTimeoutException;
import io.github.locks.LockType;
import io.github.locks.spi.LockClock;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of the statistics of locks that are taken and given back without an event: they
 * miss nothing, and count nothing twice.
 */
@Timeout(120)
class DirectStatisticsTests {

	private static final List<String> NAMES = List.of("a", "b", "c");

	private final AtomicLongArray taken = new AtomicLongArray(NAMES.size() * 2);

	@RepeatedTest(2)
	void countsAreExactHoweverLocksAreTaken() {
		try (DefaultLockManager locks = DefaultLockManager.builder()
			.historySize(7)
			.idleEviction(Duration.ofMillis(1))
			.maxResources(NAMES.size())
			.build()) {
			List<CompletableFuture<Void>> threads = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				SplittableRandom random = new SplittableRandom(i);
				threads.add(CompletableFuture.runAsync(() -> takeAndGiveBack(locks, random),
						(task) -> new Thread(task).start()));
			}
			while (!threads.stream().allMatch(CompletableFuture::isDone)) {
				NAMES.forEach((name) -> assertThatNoReleaseIsAheadOfItsGrant(locks, name));
			}
			threads.forEach(CompletableFuture::join);
			for (int i = 0; i < NAMES.size(); i++) {
				assertThat(acquisitions(locks, NAMES.get(i), LockType.READ)).isEqualTo(this.taken.get(2 * i));
				assertThat(acquisitions(locks, NAMES.get(i), LockType.WRITE)).isEqualTo(this.taken.get(2 * i + 1));
			}
		}
	}

	private void takeAndGiveBack(DefaultLockManager locks, SplittableRandom random) {
		for (int round = 0; round < 20_000; round++) {
			int index = random.nextInt(NAMES.size());
			LockType type = (random.nextInt(10) < 8) ? LockType.READ : LockType.WRITE;
			LockRequest request = LockRequest.of(type, NAMES.get(index)).timeout(Duration.ofSeconds(60)).build();
			Optional<LockHandle> handle = switch (random.nextInt(4)) {
				case 0 -> locks.tryAcquire(request);
				case 1 -> Optional.of(locks.acquireAsync(request).join());
				default -> Optional.of(locks.acquire(request));
			};
			if (handle.isPresent()) {
				this.taken.incrementAndGet(2 * index + ((type == LockType.READ) ? 0 : 1));
				handle.get().close();
				handle.get().close();
			}
		}
	}

	private static void assertThatNoReleaseIsAheadOfItsGrant(DefaultLockManager locks, String name) {
		locks.getStatistics(name).forEach((statistics) -> {
			for (String type : List.of("read", "write")) {
				LockStatistics lock = statistics.locks().get(type);
				assertThat(lock.totalReleases()).isNotNegative();
				assertThat(lock.minHoldTimeMs()).isLessThanOrEqualTo(lock.maxHoldTimeMs());
			}
		});
	}

	private static long acquisitions(DefaultLockManager locks, String name, LockType type) {
		LockStatistics lock = locks.getStatistics(name).get(0).locks().get(type.key());
		assertThat(lock.totalReleases()).isEqualTo(lock.totalAcquisitions());
		assertThat(lock.currentHolders()).isZero();
		return lock.totalAcquisitions();
	}

	@Test
	void recentOperationsAreThoseOfTheLastHolds() {
		try (DefaultLockManager locks = DefaultLockManager.builder().historySize(4).clock(LockClock.EXACT).build()) {
			for (String owner : List.of("one", "two", "three")) {
				locks.acquire(LockRequest.write("a").owner(LockOwner.create(owner)).method("A.b").build()).close();
			}
			LockHandle held = locks.acquire(LockRequest.read("a").owner(LockOwner.create("four")).build());
			assertThat(operations(locks)).containsExactly("two RELEASED", "three ACQUIRED", "three RELEASED",
					"four ACQUIRED");
			assertThatExceptionOfType(LockTimeoutException.class).isThrownBy(() -> locks
				.acquire(LockRequest.write("a").timeout(Duration.ZERO).owner(LockOwner.create("five")).build()));
			held.close();
			assertThat(operations(locks)).containsExactly("three RELEASED", "four ACQUIRED", "five TIMEOUT",
					"four RELEASED");
		}
	}

	@Test
	void whatIsResetIsNotCountedLater() {
		try (DefaultLockManager locks = DefaultLockManager.builder().build()) {
			LockHandle held = locks.writeLock("a");
			locks.resetStatistics();
			held.close();
			LockStatistics write = locks.getStatistics("a").get(0).locks().get("write");
			assertThat(write.totalAcquisitions()).isZero();
			assertThat(write.maxHoldTimeMs()).isZero();
			locks.writeLock("a").close();
			write = locks.getStatistics("a").get(0).locks().get("write");
			assertThat(write.totalAcquisitions()).isOne();
			assertThat(write.totalReleases()).isOne();
		}
	}

	@Test
	void exactClockTellsShortHoldsApart() {
		try (DefaultLockManager locks = DefaultLockManager.builder().clock(LockClock.EXACT).build()) {
			locks.writeLock("a").close();
			long start = System.nanoTime();
			try (LockHandle held = locks.writeLock("a")) {
				while (System.nanoTime() - start < 2_000_000) {
					Thread.onSpinWait();
				}
			}
			LockStatistics write = locks.getStatistics("a").get(0).locks().get("write");
			assertThat(write.maxHoldTimeMs()).isGreaterThanOrEqualTo(1.9);
			assertThat(write.minHoldTimeMs()).isLessThan(write.maxHoldTimeMs());
			assertThat(write.avgHoldTimeMs()).isGreaterThan(write.minHoldTimeMs()).isLessThan(write.maxHoldTimeMs());
		}
	}

	@Test
	void coarseClockIsNeverAheadAndNeverStops() {
		for (LockClock clock : LockClock.values()) {
			// When it starts, it may step back once.
			clock.nanos();
			long start = clock.nanos();
			while (clock.nanos() == start) {
				Thread.onSpinWait();
			}
			long last = clock.nanos();
			for (int i = 0; i < 100_000; i++) {
				long now = clock.nanos();
				assertThat(now - last).isNotNegative();
				assertThat(System.nanoTime() - now).isNotNegative();
				last = now;
			}
			long first = clock.nanos();
			while (clock.nanos() == first) {
				Thread.onSpinWait();
			}
		}
	}

	private static List<String> operations(DefaultLockManager locks) {
		return locks.getStatistics("a")
			.get(0)
			.recentOperations()
			.stream()
			.map((LockOperation operation) -> operation.owner() + " " + operation.operation())
			.toList();
	}

}
