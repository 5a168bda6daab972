package io.github.locks.autoconfigure;

import java.util.Map;
import java.util.Objects;

import io.github.locks.LockManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.util.StringUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link UnknownProperties}: a typing error in a key is no secret.
 */
@ExtendWith(OutputCaptureExtension.class)
class UnknownPropertiesTests {

	private static final String WARNING = "Unknown properties have no effect on locks: ";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(LocksAutoConfiguration.class));

	@ParameterizedTest
	@CsvSource({ "locks.timeuot.read, locks.timeout.read", "locks.timeout.raed, locks.timeout.read",
			"locks.read-timeout, locks.timeout.read", "locks.directroy, locks.directory",
			"locks.statistics.history, locks.statistics.history-size",
			"locks.deadlock.checkintervall, locks.deadlock.check-interval",
			"locks.resources.orders.timeuot, locks.resources.orders.timeout",
			"locks.resources[orders:*].minimum-holds, locks.resources[orders:*].minimum-hold" })
	void nearestNameIsProposed(String key, String meant, CapturedOutput output) {
		startWith(new MapPropertySource("mine", Map.of(key, "5s")));
		assertThat(output).contains(WARNING + "'" + key + "'").contains(", did you mean '" + meant + "'?");
	}

	@ParameterizedTest
	@CsvSource({ "locks.backend, locks.distributed.backend", "locks.bakend, locks.distributed.backend",
			"locks.interval, locks.deadlock.check-interval", "locks.history-size, locks.statistics.history-size",
			"locks.lock.threshold, locks.deadlock.threshold", "locks.timeouts.write, locks.timeout.write",
			"locks.lease, locks.distributed.lease", "locks.distributed.redis.key-prefix, locks.redis.key-prefix" })
	void nameThatEndsAlikeIsProposed(String key, String meant, CapturedOutput output) {
		startWith(new MapPropertySource("mine", Map.of(key, "5s")));
		assertThat(output).contains(WARNING + "'" + key + "'").contains(", did you mean '" + meant + "'?");
	}

	@ParameterizedTest
	@ValueSource(strings = { "locks.nonsense", "locks.lead", "locks.distributed.mongo.collection",
			"locks.renewal.period", "locks.x" })
	void nothingIsProposedThatIsFarOff(String key, CapturedOutput output) {
		startWith(new MapPropertySource("mine", Map.of(key, "5s", "locks.resources.orders.lease", "5s")));
		assertThat(output).contains(WARNING + "'" + key + "'").doesNotContain("did you mean");
	}

	@Test
	void allAreNamedInOneWarning(CapturedOutput output) {
		this.runner.withPropertyValues("locks.timeuot.read=5s", "locks.nonsense=secret", "locks.timeout.read=5s")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(StringUtils.countOccurrencesOf(output.getAll(), WARNING)).isOne();
		assertThat(output).contains("'locks.timeuot.read'")
			.containsPattern("'locks.nonsense' \\(\"locks.nonsense\" from property source \"test\"\\)(;|\\R)")
			.doesNotContain("secret");
	}

	@Test
	void manyAreCutShort(CapturedOutput output) {
		String[] pairs = new String[1_000];
		for (int i = 0; i < pairs.length; i++) {
			pairs[i] = "locks.nonsense.of-thousand-" + i + "=x";
		}
		this.runner.withPropertyValues(pairs).run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("; and 980 more");
	}

	@ParameterizedTest
	@ValueSource(strings = { "locks.timeout.read=5s", "locks.timeouT.WRITE=5s", "locks.idleEviction=5s",
			"locks.IDLE_EVICTION=5s", "locks.resources.orders.timeout=5s",
			"locks.resources[any name: a.b/c #{x}].lease=5s", "locks.resources[orders:*].minimumHold=5s",
			"locks.timeout.write=", "locks.resources[a].timeout=", "locks.test.mode=NONE", "lockss.timeout=5s",
			"sample.agents=0", "management.endpoint.locks.access=none", "locks.time-out.write=5s" })
	void whatIsKnownOrNoneOfOurBusinessIsFine(String pair, CapturedOutput output) {
		this.runner.withPropertyValues(pair).run((context) -> assertThat(output).doesNotContain("Unknown properties"));
	}

	@Test
	void environmentVariablesAreNotLookedAt(CapturedOutput output) {
		startWith(new SystemEnvironmentPropertySource("systemEnvironment",
				Map.of("LOCKS_TIMEUOT_READ", "5s", "LOCKS_HOME", "/opt/locks", "locks.nonsense", "x")));
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void otherSourcesAreLookedAt(CapturedOutput output) {
		startWith(new MapPropertySource("mine", Map.of("locks.timeuot.read", "5s")));
		assertThat(output).contains(WARNING);
	}

	@Test
	void sourceThatFailsDoesNotStopTheStart(CapturedOutput output) {
		startWith(new MapPropertySource("broken", Map.of("locks.nonsense", "x", "locks.timeuot.read", "x")) {

			@Override
			public Object getProperty(String name) {
				if (Objects.equals(name, "locks.nonsense")) {
					throw new IllegalStateException("broken source");
				}
				return super.getProperty(name);
			}

		});
		assertThat(output).doesNotContain("broken source");
	}

	@Test
	void strangeKeysCannotForgeLinesOfTheLog(CapturedOutput output) {
		startWith(new MapPropertySource("mine", Map.of("locks.resources[a\nFORGED].timeuot", "5s")));
		assertThat(output).contains(WARNING).doesNotContainPattern("(?m)^FORGED");
	}

	private void startWith(PropertySource<?> source) {
		this.runner.withInitializer((context) -> context.getEnvironment().getPropertySources().addFirst(source))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(LockManager.class));
	}

}
