package io.github.locks.support;

import java.time.Duration;
import java.util.Map;

import io.github.locks.LockHandle;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link ResourceRules}: which setting applies to which name, and how it is
 * named to people.
 */
class ResourceRulesTests {

	private final ResourceRules rules = new ResourceRules(
			Map.of("*", timeout(1).withLease(Duration.ofSeconds(10)), "orders:*", timeout(2), "orders:eu:*",
					timeout(3).withMinimumHold(Duration.ofSeconds(30)), "orders:eu:42", timeout(4), "orders:us:42",
					ResourceSettings.DEFAULTS.withLease(Duration.ofSeconds(50)), "a*b", timeout(6)));

	@ParameterizedTest
	@CsvSource({ "episodes, 1, *", "orders, 1, *", "orders:, 2, orders:*", "orders:1, 2, orders:*",
			"orders:*, 2, orders:*", "orders:eu, 2, orders:*", "orders:eu:1, 3, orders:eu:*",
			"orders:eu:42, 4, orders:eu:42", "orders:eu:421, 3, orders:eu:*", "orders:us:42, 2, orders:*",
			"a*b, 6, a*b", "axb, 1, *", "Orders:1, 1, *" })
	void mostSpecificKeyWins(String resource, int seconds, String key) {
		assertThat(this.rules.find(resource, ResourceSettings::timeout)).isEqualTo(Duration.ofSeconds(seconds));
		assertThat(this.rules.keyOf(resource, ResourceSettings::timeout)).isEqualTo(key);
	}

	@Test
	void eachSettingIsLookedUpSeparately() {
		assertThat(this.rules.find("orders:eu:42", ResourceSettings::lease)).isEqualTo(Duration.ofSeconds(10));
		assertThat(this.rules.find("orders:us:42", ResourceSettings::lease)).isEqualTo(Duration.ofSeconds(50));
		assertThat(this.rules.find("orders:eu:42", ResourceSettings::minimumHold)).isEqualTo(Duration.ofSeconds(30));
		assertThat(this.rules.find("orders:us:42", ResourceSettings::minimumHold)).isNull();
		assertThat(this.rules.keyOf("orders:us:42", ResourceSettings::minimumHold)).isNull();
	}

	@Test
	void nothingAppliesWithoutRules() {
		ResourceRules none = new ResourceRules(Map.of());
		assertThat(none.find("a", ResourceSettings::timeout)).isNull();
		assertThat(none.keyOf("a", ResourceSettings::timeout)).isNull();
	}

	@Test
	void timeoutNamesTheKeyThatApplied() {
		try (DefaultLockManager locks = DefaultLockManager.builder()
			.resource("orders:*", ResourceSettings.DEFAULTS.withTimeout(Duration.ZERO))
			.build(); LockHandle held = locks.writeLock("orders:42")) {
			assertThatExceptionOfType(LockTimeoutException.class)
				.isThrownBy(
						() -> locks.acquire(LockRequest.write("orders:42").owner(LockOwner.create("other")).build()))
				.withMessageContaining("'locks.resources[orders:*].timeout'");
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	void timesThatMakeNoSenseAreRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> ResourceSettings.DEFAULTS.withTimeout(Duration.ofSeconds(-1)))
			.withMessageContaining("'timeout'");
		assertThatIllegalArgumentException().isThrownBy(() -> ResourceSettings.DEFAULTS.withLease(Duration.ZERO))
			.withMessageContaining("'lease'");
		assertThatIllegalArgumentException().isThrownBy(() -> ResourceSettings.DEFAULTS.withMinimumHold(Duration.ZERO))
			.withMessageContaining("'minimumHold'");
	}

	private static ResourceSettings timeout(int seconds) {
		return ResourceSettings.DEFAULTS.withTimeout(Duration.ofSeconds(seconds));
	}

}
