package io.github.locks.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import io.github.locks.aop.LockAdvisor;
import io.github.locks.spi.LockClock;
import io.github.locks.support.DeadlockPolicy;
import io.github.locks.support.Fairness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LocksProperties}: what is bound, what is refused and what the refusal
 * says.
 */
@ExtendWith(OutputCaptureExtension.class)
class LocksPropertiesTests {

	@Test
	void defaultsAreThoseOfTheContract() {
		LocksProperties properties = new LocksProperties();
		assertThat(properties.isEnabled()).isTrue();
		assertThat(properties.getDirectory()).isEqualTo("memory/locks");
		assertThat(properties.getTimeout().getRead()).isEqualTo(Duration.ofSeconds(10));
		assertThat(properties.getTimeout().getWrite()).isEqualTo(Duration.ofSeconds(30));
		assertThat(properties.getTimeout().getDistributed()).isEqualTo(Duration.ofSeconds(60));
		assertThat(properties.getResources()).isEmpty();
		assertThat(properties.getDistributed().getBackend()).isEqualTo(LocksProperties.Backend.FILE);
		assertThat(properties.getDeadlock().getCheckInterval()).isEqualTo(Duration.ofMillis(100));
		assertThat(properties.getDeadlock().getThreshold()).isEqualTo(Duration.ofSeconds(300));
		assertThat(properties.getDeadlock().getPolicy()).isEqualTo(DeadlockPolicy.REPORT);
		assertThat(properties.getStatistics().isEnabled()).isTrue();
		assertThat(properties.getStatistics().getHistorySize()).isEqualTo(100);
		assertThat(properties.getStatistics().getMaxResources()).isEqualTo(10000);
		assertThat(properties.getStatistics().getTiming()).isEqualTo(LockClock.COARSE);
		assertThat(properties.getFairness()).isEqualTo(Fairness.STRICT);
		assertThat(properties.getIdleEviction()).isEqualTo(Duration.ofMinutes(10));
		assertThat(properties.getMetrics().isEnabled()).isTrue();
		assertThat(properties.isReleaseAfterTransaction()).isTrue();
		assertThat(properties.getShutdownTimeout()).isEqualTo(Duration.ofSeconds(30));
		assertThat(properties.getValidation()).isEqualTo(LockAdvisor.Validation.FAIL);
	}

	@Test
	void resourcesAreBoundByTheirExactNameInTheirOrder() {
		LocksProperties properties = bind(Map.of("locks.resources[orders:42/ä b].timeout", "5s",
				"locks.resources[orders:42/ä b].lease", "1m", "locks.resources.episodes.timeout", "0"));
		assertThat(properties.getResources()).containsOnlyKeys("orders:42/ä b", "episodes");
		LocksProperties.Resource orders = properties.getResources().get("orders:42/ä b");
		assertThat(orders.getTimeout()).isEqualTo(Duration.ofSeconds(5));
		assertThat(orders.getLease()).isEqualTo(Duration.ofMinutes(1));
		LocksProperties.Resource episodes = properties.getResources().get("episodes");
		assertThat(episodes.getTimeout()).isZero();
		assertThat(episodes.getLease()).isNull();
	}

	@Test
	void yamlWordsForTruthAreValidationValuesToo(@TempDir Path directory) throws IOException {
		Path file = Files.writeString(directory.resolve("application.yml"), "locks:\n  validation: off\n");
		try (ConfigurableApplicationContext context = StartUp.with("spring.config.location=file:" + file)) {
			assertThat(context.getBean(LocksProperties.class).getValidation()).isEqualTo(LockAdvisor.Validation.OFF);
		}
	}

	@ParameterizedTest
	@CsvSource({ "locks.idle-eviction, 0s", "locks.idle-eviction, -1s", "locks.deadlock.check-interval, 0",
			"locks.deadlock.check-interval, -100ms", "locks.deadlock.threshold, 0s", "locks.deadlock.threshold, -PT5S",
			"locks.resources[orders:42].lease, 0s", "locks.resources[orders:*].minimum-hold, 0s",
			"locks.resources.episodes.lease, -1ns" })
	void whereZeroMakesNoSenseItIsRefused(String property, String value, CapturedOutput output) {
		StartUp.fails(property + "=" + value);
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Invalid value '" + value + "' for configuration property '" + canonical(property) + "'")
			.contains("originating from")
			.contains("must be more than zero, such as '30s'");
	}

	@ParameterizedTest
	@CsvSource({ "locks.timeout.read, -1s", "locks.timeout.write, -1ms", "locks.timeout.distributed, -PT1S",
			"locks.shutdown-timeout, -30s", "locks.resources[orders:42].timeout, -1s" })
	void negativeTimeIsRefused(String property, String value, CapturedOutput output) {
		StartUp.fails(property + "=" + value);
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Invalid value '" + value + "' for configuration property '" + property + "'")
			.contains("must be zero or more, such as '30s'");
	}

	@ParameterizedTest
	@CsvSource({ "locks.statistics.history-size, -1, 0 to 100000", "locks.statistics.history-size, 100001, 0 to 100000",
			"locks.statistics.max-resources, 0, 1 to 2147483647",
			"locks.statistics.max-resources, -1, 1 to 2147483647" })
	void numberOutOfRangeIsRefused(String property, String value, String range, CapturedOutput output) {
		StartUp.fails(property + "=" + value);
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Invalid value '" + value + "' for configuration property '" + property + "'")
			.contains("must be a number from " + range);
	}

	@ParameterizedTest
	@CsvSource({ "locks.timeout.read, abc", "locks.timeout.write, 1e3", "locks.timeout.distributed, 10 parsecs",
			"locks.deadlock.threshold, 106751991167301d", "locks.statistics.history-size, many",
			"locks.statistics.max-resources, 2147483648", "locks.statistics.enabled, perhaps",
			"locks.release-after-transaction, perhaps" })
	void valueOfAnotherTypeIsRefused(String property, String value, CapturedOutput output) {
		StartUp.fails(property + "=" + value);
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Property: " + property)
			.contains("Value: \"" + value + "\"");
	}

	@ParameterizedTest
	@ValueSource(strings = { "locks.timeout.read", "locks.idle-eviction", "locks.deadlock.policy", "locks.validation" })
	void emptyTimeOrChoiceIsTheDefault(String property) {
		try (ConfigurableApplicationContext context = StartUp.with(property + "=")) {
			assertThat(context.getBean(LocksProperties.class)).usingRecursiveComparison()
				.isEqualTo(new LocksProperties());
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "locks.enabled", "locks.statistics.history-size", "locks.statistics.max-resources" })
	void emptyNumberOrSwitchIsRefused(String property, CapturedOutput output) {
		StartUp.fails(property + "=");
		assertThat(output).contains("APPLICATION FAILED TO START").contains("Property: " + property);
	}

	@Test
	void typingErrorDoesNotDisableLocks(CapturedOutput output) {
		StartUp.fails("locks.enabled=ture");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Property: locks.enabled")
			.contains("Value: \"ture\"");
	}

	@Test
	void unknownBackendIsRefusedWithTheChoices(CapturedOutput output) {
		StartUp.fails("locks.distributed.backend=redsi");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Property: locks.distributed.backend")
			.contains("Value: \"redsi\"")
			.containsPattern("(?s)following values are valid.*FILE.*MEMORY");
	}

	@Test
	void unknownPolicyIsRefusedWithTheChoices(CapturedOutput output) {
		StartUp.fails("locks.deadlock.policy=brake");
		assertThat(output).contains("Property: locks.deadlock.policy")
			.contains("Value: \"brake\"")
			.containsPattern("(?s)following values are valid.*BREAK.*REPORT");
	}

	@Test
	void unknownValidationIsRefusedWithTheChoices(CapturedOutput output) {
		StartUp.fails("locks.validation=lenient");
		assertThat(output).contains("Property: locks.validation")
			.contains("Value: \"lenient\"")
			.containsPattern("(?s)following values are valid.*FAIL.*OFF.*WARN");
	}

	@Test
	void nameThatCannotBeThatOfAResourceIsRefused(CapturedOutput output) {
		StartUp.fails("locks.resources[" + "x".repeat(513) + "].timeout=1s");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("configuration property 'locks.resources'")
			.contains("may have 512 characters");
	}

	@Test
	void otherSpellingIsNamedByItsProperty(@TempDir Path directory, CapturedOutput output) throws IOException {
		Path file = Files.writeString(directory.resolve("application.yml"), "locks:\n  idleEviction: 0s\n");
		StartUp.fails("spring.config.location=file:" + file);
		assertThat(output).contains("Invalid value '0s' for configuration property 'locks.idle-eviction'")
			.contains("application.yml] - 2:17");
	}

	@ParameterizedTest
	@ValueSource(strings = { "PT2562047788015215H30M7S", "9223372036854775807s", "106751991167300d" })
	void longestTimeDoesNotOverflow(String value) {
		try (ConfigurableApplicationContext context = StartUp.with("locks.timeout.read=" + value,
				"locks.timeout.write=" + value, "locks.timeout.distributed=" + value, "locks.idle-eviction=" + value,
				"locks.deadlock.check-interval=" + value, "locks.deadlock.threshold=" + value,
				"locks.resources.a.timeout=" + value, "locks.resources.a.minimum-hold=" + value,
				"locks.resources.a.lease=" + value, "locks.shutdown-timeout=" + value)) {
			assertThat(context.isActive()).isTrue();
		}
	}

	private static String canonical(String property) {
		return property.replaceAll("\\.(episodes)\\.", "[$1].");
	}

	private static LocksProperties bind(Map<String, String> properties) {
		return new Binder(new MapConfigurationPropertySource(properties)).bind("locks", LocksProperties.class).get();
	}

}
