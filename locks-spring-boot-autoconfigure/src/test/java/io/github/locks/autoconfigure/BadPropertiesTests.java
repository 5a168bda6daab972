package io.github.locks.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

import io.github.locks.LockBackendException;
import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.spi.LockBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;

/**
 * Properties that make no sense: the start fails and names the property, the value and
 * what would be right. The numbers are the rows of {@code docs/bad-input.md}.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class BadPropertiesTests {

	@TempDir
	private Path temporary;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(LocksAutoConfiguration.class));

	/** Row 74: to root all directories are open, to others those of root are not. */
	@Test
	@EnabledOnOs(OS.LINUX)
	void directoryOfAnotherUserIsUsedIfItCanBe(CapturedOutput output) throws IOException {
		if (System.getProperty("user.name").equals("root")) {
			Path directory = Files.createDirectory(this.temporary.resolve("of-another"));
			Files.setAttribute(directory, "unix:uid", 65534);
			this.runner.withPropertyValues("locks.directory=" + directory).run((context) -> {
				try (LockHandle held = context.getBean(LockManager.class).distributedLock("a")) {
					assertThat(held.isHeld()).isTrue();
				}
			});
		}
		else {
			StartUp.fails("locks.directory=/etc/locks-of-nobody");
			assertThat(output)
				.contains("Invalid value '/etc/locks-of-nobody' for configuration property 'locks.directory'")
				.contains("permission denied");
		}
	}

	/** Row 74. */
	@Test
	@EnabledOnOs(OS.LINUX)
	void directoryOnAFileSystemThatTakesNoneIsRefused(CapturedOutput output) throws IOException {
		String mount = readOnlyMount();
		String directory = ((mount != null) ? mount : "/proc") + "/locks-of-nobody";
		StartUp.fails("locks.directory=" + directory);
		assertThat(output).contains("Invalid value '" + directory + "' for configuration property 'locks.directory'")
			.contains("The lock directory '" + directory + "'")
			.containsPattern("cannot be used by user '[^']+': \\S");
		if (mount != null) {
			assertThat(output).contains("Read-only file system");
		}
	}

	private static String readOnlyMount() throws IOException {
		return Files.readAllLines(Path.of("/proc/self/mounts"))
			.stream()
			.map((line) -> line.split(" "))
			.filter((mount) -> mount[3].startsWith("ro,") || mount[3].equals("ro"))
			.map((mount) -> mount[1])
			.filter((mount) -> Files.isDirectory(Path.of(mount)) && !mount.startsWith("/proc"))
			.findFirst()
			.orElse(null);
	}

	@ParameterizedTest(name = "row 77 {0}")
	@ValueSource(strings = { "redsi", "mongodb", "postgresql", "FILES" })
	void backendThatIsNotThereIsRefusedWithTheChoices(String backend, CapturedOutput output) {
		StartUp.fails("locks.distributed.backend=" + backend);
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Property: locks.distributed.backend")
			.contains("Value: \"" + backend + "\"")
			.containsPattern("(?s)following values are valid.*FILE");
	}

	@ParameterizedTest(name = "row 75 {0}={1}")
	@CsvSource({ "locks.timeout.read, NaN", "locks.timeout.read, Infinity", "locks.timeout.read, 1.5s",
			"locks.timeout.write, 99999999999999999999", "locks.statistics.history-size, 1e3",
			"locks.statistics.history-size, -2147483649", "locks.statistics.max-resources, 99999999999",
			"locks.resources[a].timeout, soon", "locks.resources[a].lease, ${missing}" })
	void numberThatIsNoneIsRefused(String property, String value, CapturedOutput output) {
		StartUp.fails(property + "=" + value);
		assertThat(output).contains("APPLICATION FAILED TO START").contains(value.replaceAll("[${}]", ""));
		if (!value.contains("missing")) {
			assertThat(output).contains("Property: " + property).contains("Value: \"" + value + "\"");
		}
	}

	/** Row 75. */
	@Test
	void smallestTimesAndLargestNumbersWork() {
		this.runner
			.withPropertyValues("locks.statistics.history-size=100000", "locks.statistics.max-resources=2147483647",
					"locks.idle-eviction=1ns", "locks.deadlock.check-interval=1ns", "locks.deadlock.threshold=1ns",
					"locks.directory=" + this.temporary)
			.run((context) -> {
				LockManager locks = context.getBean(LockManager.class);
				for (int i = 0; i < 50; i++) {
					locks.writeLock("name " + i, Duration.ofSeconds(1)).close();
				}
				assertThat(locks.getStatistics()).hasSize(50);
			});
	}

	@ParameterizedTest(name = "rows 78 to 80 {0}")
	@ValueSource(strings = { "locks.timeuot.read=5s", "locks.timeout.raed=5s", "locks.nonsense=x",
			"locks.distributed.redis.key-prefix=a {b}\n", "locks.distributed.jdbc.table=locks; drop table x" })
	void unknownPropertyHasNoEffect(String property, CapturedOutput output) {
		this.runner.withPropertyValues(property).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(LocksProperties.class)).usingRecursiveComparison()
				.isEqualTo(new LocksProperties());
		});
		assertThat(output).containsOnlyOnce("Unknown properties have no effect on locks: ")
			.contains("'" + property.substring(0, property.indexOf('=')) + "'");
	}

	/** Row 80: a value where a group of properties is. */
	@Test
	void valueInPlaceOfAGroupIsRefused(CapturedOutput output) {
		StartUp.fails("locks.timeout=5s");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Failed to bind properties under 'locks.timeout'")
			.contains("Value: \"5s\"")
			.contains("'locks.timeout' has the keys distributed, read, write: write 'locks.timeout.write=5s'.");
	}

	@ParameterizedTest(name = "row 75 {0}={1}")
	@CsvSource({ "locks.timeout.write, 10 parsecs, a duration such as 10s",
			"locks.resources[a].lease, soon, a duration such as 10s",
			"locks.statistics.history-size, abc, a whole number such as 100",
			"locks.release-after-transaction, 2, true or false", "locks.enabled, ture, true or false" })
	void analysisSaysWhatWouldBeRight(String property, String value, String remedy, CapturedOutput output) {
		StartUp.fails(property + "=" + value);
		assertThat(output).contains("Property: " + property)
			.contains("Value: \"" + value + "\"")
			.contains("commandLineArgs")
			.containsPattern("Action:\\R\\RSet '" + Pattern.quote(property) + "' to " + remedy);
	}

	@ParameterizedTest(name = "row 80 {0}")
	@CsvSource({ "locks.resources.orders=5s, write 'locks.resources.orders.timeout=5s'",
			"locks.resources=5s, write 'locks.resources[orders].timeout=5s'" })
	void valueInPlaceOfAResourceIsRefused(String property, String remedy, CapturedOutput output) {
		StartUp.fails(property);
		assertThat(output).contains("APPLICATION FAILED TO START").contains(remedy);
	}

	@ParameterizedTest(name = "row 80 {0}")
	@CsvSource({ "orders:42, timeout, orders\\:42", "orders:*, lease, orders\\:*",
			"a:b c=d, minimum-hold, a\\:b\\ c\\=d" })
	void keyThatASeparatorEndsIsToldFromAGroup(String name, String setting, String escaped, CapturedOutput output)
			throws IOException {
		Path file = Files.writeString(this.temporary.resolve("application.properties"),
				"locks.resources[" + name + "]." + setting + "=5s\n");
		StartUp.fails("spring.config.location=file:" + file);
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("In .properties files")
			.contains("write 'locks.resources[" + escaped + "]." + setting + "=5s'");
		Files.writeString(file, "locks.resources[" + escaped + "]." + setting + "=5s\n");
		try (ConfigurableApplicationContext context = StartUp.with("spring.config.location=file:" + file)) {
			assertThat(context.getBean(LocksProperties.class).getResources()).containsOnlyKeys(name);
		}
	}

	/** Row 75: who holds that long has lost the lock before. */
	@Test
	void minimumHoldBeyondTheLeaseIsRefused(CapturedOutput output) {
		StartUp.fails("locks.resources[jobs:a].lease=5s", "locks.resources[jobs:a].minimum-hold=6s");
		assertThat(output)
			.contains("Invalid value '6s' for configuration property 'locks.resources[jobs:a].minimum-hold'")
			.contains("must not be longer than 'locks.resources[jobs:a].lease', which is PT5S");
	}

	/** Row 81. */
	@Test
	void twoBackendsStopTheStartAndAreNamed(CapturedOutput output) {
		StartUp.fails(TwoBackends.class);
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("required a single bean, but 2 were found")
			.contains("redisBackend")
			.contains("jdbcBackend")
			.contains("@Primary");
	}

	/** Row 81. */
	@Test
	void primaryOneOfTwoBackendsIsTaken() {
		LockBackend primary = mock(LockBackend.class);
		this.runner.withBean("one", LockBackend.class, () -> primary, (definition) -> definition.setPrimary(true))
			.withBean("two", LockBackend.class, () -> mock(LockBackend.class))
			.run((context) -> {
				given(primary.tryAcquire(any()))
					.willThrow(new LockBackendException("the primary one", null, null, null));
				LockManager locks = context.getBean(LockManager.class);
				assertThatExceptionOfType(LockBackendException.class).isThrownBy(() -> locks.distributedLock("a"))
					.withMessageContaining("the primary one");
				then(context.getBean("two", LockBackend.class)).should(never()).tryAcquire(any());
			});
	}

	@Configuration(proxyBeanMethods = false)
	static class TwoBackends {

		@Bean
		LockBackend redisBackend() {
			return mock(LockBackend.class);
		}

		@Bean
		LockBackend jdbcBackend() {
			return mock(LockBackend.class);
		}

	}

}
