package io.github.locks.support;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.locks.LockAdvice;
import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import io.github.locks.LockQuery;
import io.github.locks.LockRequest;
import io.github.locks.LockStatistics;
import io.github.locks.LockTimeoutException;
import io.github.locks.LockType;
import io.github.locks.ResourceStatistics;
import io.github.locks.ResourceStatus;
import io.github.locks.memory.MemoryLockBackend;
import io.github.locks.spi.LockClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link LockManager#getOverview(LockQuery)}, of all and without a quicker way.
 */
@Timeout(60)
class OverviewTests {

	private final DefaultLockManager locks = DefaultLockManager.builder()
		.backend(MemoryLockBackend::new)
		.clock(LockClock.EXACT)
		.resource("short:*", ResourceSettings.DEFAULTS.withTimeout(Duration.ofMillis(10)))
		.build();

	@AfterEach
	void close() {
		this.locks.close();
	}

	@Test
	void theFirstOfAQueryAreThoseOfAllResources() {
		for (int i = 0; i < 30; i++) {
			for (int times = 0; times <= i; times++) {
				this.locks.readLock("Used:" + i).close();
			}
		}
		CompletableFuture<LockHandle> waiting;
		try (LockHandle held = this.locks.writeLock("held");
				LockHandle awaited = this.locks.writeLock("awaited");
				LockHandle distributed = this.locks.distributedLock("used:distributed")) {
			waiting = this.locks.acquireAsync(LockRequest.read("awaited").build());
			assertThat(names(LockQuery.HOTTEST.withLimit(5))).startsWith("awaited")
				.contains("held", "used:distributed")
				.endsWith("Used:29", "Used:28");
			assertThat(names(LockQuery.HOTTEST.withState(LockQuery.State.WAITING))).containsExactly("awaited");
			assertThat(names(LockQuery.HOTTEST.withState(LockQuery.State.HELD).withSort(LockQuery.Sort.NAME)))
				.containsExactly("awaited", "held", "used:distributed");
			assertThat(names(LockQuery.HOTTEST.withState(LockQuery.State.FREE))).hasSize(30);
			assertThat(names(LockQuery.HOTTEST.withNamesLike("USED:2").withSort(LockQuery.Sort.ACQUISITIONS)))
				.startsWith("Used:29", "Used:28")
				.hasSize(11);
			assertThat(this.locks.getOverview(LockQuery.HOTTEST.withLimit(5)).leftOut()).isEqualTo(28);
			assertThat(this.locks.getOverview(LockQuery.HOTTEST.withLimit(2)).status())
				.extracting(ResourceStatus::resourceName)
				.contains("awaited")
				.hasSize(2);
			assertThat(held.isHeld() && awaited.isHeld() && distributed.isHeld()).isTrue();
		}
		waiting.join().close();
	}

	@Test
	void resourcesThatHaveLeftTheMemoryAreKnown() throws Exception {
		try (DefaultLockManager forgetful = DefaultLockManager.builder().idleEviction(Duration.ofMillis(20)).build()) {
			forgetful.writeLock("gone").close();
			while (!forgetful.isForgotten("gone")) {
				Thread.onSpinWait();
			}
			assertThat(forgetful.getOverview(LockQuery.HOTTEST).statistics())
				.extracting(ResourceStatistics::resourceName)
				.containsExactly("gone");
		}
	}

	@Test
	void percentilesAreKnownWhenThereAreEnough() {
		hold("a", 10, 1);
		assertThat(write("a").holdPercentilesMs()).isNull();
		hold("a", 10, 30);
		LockStatistics write = write("a");
		assertThat(write.holdPercentilesMs()).isNotNull();
		assertThat(write.holdPercentilesMs().p50()).isBetween(9.0, 1000.0);
		assertThat(write.holdPercentilesMs().p99()).isBetween(write.holdPercentilesMs().p50(), write.maxHoldTimeMs());
		assertThat(write.totalHoldTimeMs()).isBetween(31 * 9.9, 31 * write.maxHoldTimeMs());
		this.locks.resetStatistics("a");
		assertThat(write("a").holdPercentilesMs()).isNull();
	}

	@Test
	void timeoutThatIsShorterThanHoldsIsTold() {
		hold("short:1", 40, 30);
		assertThat(this.locks.getAdvice("short:1")).singleElement().satisfies((advice) -> {
			assertThat(advice.lock()).isEqualTo("write");
			assertThat(advice.kind()).isEqualTo(LockAdvice.Kind.TIMEOUT_BELOW_HOLD);
			assertThat(advice.timeoutMs()).isEqualTo(10);
			assertThat(advice.holdTimeMs()).isGreaterThan(35);
			assertThat(advice.setting()).isEqualTo("'locks.resources[short:*].timeout'");
			assertThat(advice.message()).contains("after 10 ms").doesNotContain("short:1");
		});
		assertThat(this.locks.getOverview(LockQuery.HOTTEST).advice()).isEqualTo(this.locks.getAdvice("short:1"));
	}

	@Test
	void timeoutThatSomebodyGaveIsToldWhenItWasTooShort() {
		hold("b", 40, 30);
		assertThat(this.locks.getAdvice("b")).isEmpty();
		try (LockHandle held = this.locks.acquire(LockRequest.write("b").owner(LockOwner.create("other")).build())) {
			assertThat(this.locks.tryAcquire(LockRequest.read("b").build())).isEmpty();
			assertThat(this.locks.getAdvice("b")).isEmpty();
			assertThatExceptionOfType(LockTimeoutException.class)
				.isThrownBy(() -> this.locks.readLock("b", Duration.ofMillis(5)));
			assertThat(held.isHeld()).isTrue();
		}
		assertThat(this.locks.getAdvice("b")).singleElement().satisfies((advice) -> {
			assertThat(advice.lock()).isEqualTo("read");
			assertThat(advice.timeoutMs()).isBetween(5.0, 24.0);
			assertThat(advice.setting()).contains("'timeout' attribute");
		});
	}

	/** Both ways of a lock manager. */
	private List<String> names(LockQuery query) {
		List<String> quick = this.locks.getOverview(query)
			.statistics()
			.stream()
			.map(ResourceStatistics::resourceName)
			.toList();
		LockManager slow = mock(LockManager.class);
		given(slow.getStatistics()).willReturn(this.locks.getStatistics());
		given(slow.getLockStatus()).willReturn(this.locks.getLockStatus());
		given(slow.getOverview(query)).willCallRealMethod();
		assertThat(slow.getOverview(query).statistics()).extracting(ResourceStatistics::resourceName).isEqualTo(quick);
		return quick;
	}

	private LockStatistics write(String name) {
		return this.locks.getStatistics(name).get(0).locks().get(LockType.WRITE.key());
	}

	private void hold(String name, int millis, int times) {
		for (int i = 0; i < times; i++) {
			try (LockHandle held = this.locks.writeLock(name)) {
				long start = System.nanoTime();
				while (System.nanoTime() - start < Duration.ofMillis(millis).toNanos()) {
					assertThat(held.isHeld()).isTrue();
				}
			}
		}
	}

}
