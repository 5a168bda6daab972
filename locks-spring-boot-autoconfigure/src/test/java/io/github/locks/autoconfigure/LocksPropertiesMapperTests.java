package io.github.locks.autoconfigure;

import java.time.Duration;
import java.util.Map;

import io.github.locks.LockScope;
import io.github.locks.LockType;
import io.github.locks.spi.LockClock;
import io.github.locks.support.DeadlockPolicy;
import io.github.locks.support.DefaultLockManager;
import io.github.locks.support.DefaultLockManagerBuilder;
import io.github.locks.support.Fairness;
import io.github.locks.support.ResourceSettings;
import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LocksPropertiesMapper}.
 */
class LocksPropertiesMapperTests {

	@Test
	void defaultsAreThoseOfTheBuilder() {
		assertThat(new LocksPropertiesMapper(new LocksProperties()).builder()).usingRecursiveComparison()
			.ignoringFields("backend")
			.isEqualTo(DefaultLockManager.builder());
	}

	@Test
	void defaultDirectoryIsThatOfTheBuilder() {
		assertThat(new LocksPropertiesMapper(new LocksProperties()).directory()).hasToString("memory/locks");
	}

	@Test
	void everyPropertyReachesTheBuilder() {
		DefaultLockManagerBuilder expected = DefaultLockManager.builder()
			.timeout(LockType.READ, Duration.ofSeconds(1))
			.timeout(LockType.WRITE, Duration.ofSeconds(2))
			.timeout(LockType.DISTRIBUTED, Duration.ZERO)
			.resource("orders:42",
					new ResourceSettings(Duration.ofSeconds(3), Duration.ofSeconds(4), Duration.ofSeconds(3),
							LockScope.DISTRIBUTED))
			.resource("episodes", ResourceSettings.DEFAULTS)
			.deadlockCheckInterval(Duration.ofSeconds(5))
			.deadlockThreshold(Duration.ofSeconds(6))
			.deadlockPolicy(DeadlockPolicy.BREAK)
			.scope(LockScope.DISTRIBUTED)
			.localHandOver(5, Duration.ofSeconds(8))
			.statistics(false)
			.clock(LockClock.EXACT)
			.fairness(Fairness.BOUNDED)
			.historySize(0)
			.maxResources(1)
			.idleEviction(Duration.ofSeconds(7))
			.shutdownTimeout(Duration.ZERO);
		LocksProperties properties = new Binder(new MapConfigurationPropertySource(Map.ofEntries(
				Map.entry("locks.timeout.read", "1s"), Map.entry("locks.timeout.write", "PT2S"),
				Map.entry("locks.timeout.distributed", "0"), Map.entry("locks.resources[orders:42].timeout", "3s"),
				Map.entry("locks.resources[orders:42].lease", "4s"),
				Map.entry("locks.resources[orders:42].minimum-hold", "3s"),
				Map.entry("locks.resources[orders:42].scope", "distributed"), Map.entry("locks.scope", "distributed"),
				Map.entry("locks.distributed.local-handovers", "5"),
				Map.entry("locks.distributed.local-handover-time", "8s"),
				Map.entry("locks.resources.episodes.timeout", ""), Map.entry("locks.deadlock.check-interval", "5s"),
				Map.entry("locks.deadlock.threshold", "6s"), Map.entry("locks.deadlock.policy", "break"),
				Map.entry("locks.statistics.enabled", "false"), Map.entry("locks.statistics.history-size", "0"),
				Map.entry("locks.statistics.timing", "exact"), Map.entry("locks.fairness", "bounded"),
				Map.entry("locks.statistics.max-resources", "1"), Map.entry("locks.idle-eviction", "7s"),
				Map.entry("locks.shutdown-timeout", "0s"))))
			.bind("locks", LocksProperties.class)
			.get();
		properties.getResources().computeIfAbsent("episodes", (name) -> new LocksProperties.Resource());
		assertThat(new LocksPropertiesMapper(properties).builder()).usingRecursiveComparison()
			.ignoringFields("backend")
			.isEqualTo(expected);
	}

}
