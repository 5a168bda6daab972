package io.github.locks.autoconfigure;

import java.util.Map;

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

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ResourceKeys}: a rule that is not for the resource it seems to be for
 * is no secret.
 */
@ExtendWith(OutputCaptureExtension.class)
class ResourceKeysTests {

	private static final String WARNING = "Names of resources need brackets";

	@ParameterizedTest
	@CsvSource({ "orders:*, timeout, orders", "orders*, lease, orders", "orders/42, timeout, orders42",
			"orders:42, minimum-hold, orders42" })
	void changedNameIsTold(String name, String setting, String read, CapturedOutput output) {
		String key = "locks.resources." + name + "." + setting;
		startWith(new MapPropertySource("mine", Map.of(key, "5s")));
		assertThat(output).contains(WARNING)
			.contains("'" + key + "' is for the resource '" + read + "', write 'locks.resources[" + name + "]."
					+ setting + "'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "a.b", "com.example.Orders", "a:b.c" })
	void nameWithDotsIsTold(String name, CapturedOutput output) {
		String key = "locks.resources." + name + ".timeout";
		startWith(new MapPropertySource("mine", Map.of(key, "5s")));
		assertThat(output).contains(WARNING)
			.contains("'" + key + "' has no effect, write 'locks.resources[" + name + "].timeout'")
			.doesNotContain("Unknown properties");
	}

	@Test
	void misspelledSettingIsTold(CapturedOutput output) {
		startWith(new MapPropertySource("mine", Map.of("locks.resources[orders:42].timout", "5s")));
		assertThat(output).contains("'locks.resources[orders:42].timout'", "'locks.resources[orders:42].timeout'")
			.doesNotContain(WARNING);
	}

	@ParameterizedTest
	@ValueSource(strings = { "locks.resources.orders.timeout", "locks.resources.Orders.timeout",
			"locks.resources.order_x.minimumHold", "locks.resources.order-x.timeout",
			"locks.resources[orders:*].timeout", "locks.resources[a.b].timeout", "other.resources.a.b.timeout" })
	void whatIsReadAsItStandsIsFine(String key, CapturedOutput output) {
		startWith(new MapPropertySource("mine", Map.of(key, "5s")));
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void environmentVariablesAreNotLookedAt(CapturedOutput output) {
		startWith(new SystemEnvironmentPropertySource("systemEnvironment",
				Map.of("LOCKS_RESOURCES_A_B_TIMEOUT", "5s", "locks.resources.a:b.timeout", "5s")));
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void strangeKeysCannotForgeLinesOfTheLog(CapturedOutput output) {
		startWith(new MapPropertySource("mine", Map.of("locks.resources.a\nFORGED.timeout", "5s")));
		assertThat(output).contains(WARNING).doesNotContainPattern("(?m)^FORGED");
	}

	private static void startWith(PropertySource<?> source) {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(LocksAutoConfiguration.class))
			.withInitializer((context) -> context.getEnvironment().getPropertySources().addFirst(source))
			.run((context) -> assertThat(context).hasNotFailed());
	}

}
