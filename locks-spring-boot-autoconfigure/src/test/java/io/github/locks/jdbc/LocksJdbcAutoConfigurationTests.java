package io.github.locks.jdbc;

import java.time.Duration;
import java.util.UUID;

import javax.sql.DataSource;

import io.github.locks.LockBackendUnavailableException;
import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockTimeoutException;
import io.github.locks.autoconfigure.LocksAutoConfiguration;
import io.github.locks.autoconfigure.LocksDataSource;
import io.github.locks.autoconfigure.LocksJdbcAutoConfiguration;
import io.github.locks.spi.LockBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of {@link LocksJdbcAutoConfiguration}.
 */
@Timeout(60)
class LocksJdbcAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(LocksAutoConfiguration.class, LocksJdbcAutoConfiguration.class))
		.withPropertyValues("locks.distributed.backend=jdbc");

	private final ApplicationContextRunner withDatabase = this.runner
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class));

	@Test
	void locksAreKeptByTheDatabaseOfTheApplication() {
		this.withDatabase.run((context) -> {
			assertThat(context).hasSingleBean(JdbcLockBackend.class);
			context.getBean(LockManager.class).distributedLock("a").close();
			assertThat(new JdbcTemplate(context.getBean(DataSource.class))
				.queryForObject("select resource_name from LOCKS_LOCK", String.class)).isEqualTo("a");
		});
		this.withDatabase.withPropertyValues("locks.distributed.backend=file")
			.run((context) -> assertThat(context).doesNotHaveBean(LockBackend.class));
		this.withDatabase.withPropertyValues("locks.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(LockBackend.class));
	}

	@Test
	void failureNamesWhatIsMissing() {
		this.runner.run((context) -> assertThat(context).hasFailed()
			.getFailure()
			.rootCause()
			.hasMessageContaining("locks.distributed.backend")
			.hasMessageContaining("spring-boot-starter-jdbc"));
		this.runner.withClassLoader(new FilteredClassLoader(JdbcOperations.class))
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.hasMessageContaining("spring-boot-starter-jdbc"));
	}

	@ParameterizedTest
	@CsvSource({ "locks.distributed.lease,1s,two seconds", "locks.jdbc.table-prefix,a b,letters",
			"locks.jdbc.table-prefix,'',letters", "locks.jdbc.table-prefix,a;drop,letters" })
	void badValuesStopTheStart(String property, String value, String reason) {
		this.withDatabase.withPropertyValues(property + "=" + value)
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.hasMessageContaining(property)
				.hasMessageContaining(reason));
	}

	@Test
	void missingTablesStopTheStart() {
		this.withDatabase.withPropertyValues("locks.jdbc.initialize-schema=never")
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.hasMessageContaining("locks.jdbc.initialize-schema")
				.hasMessageContaining("LOCKS_LOCK")
				.hasMessageContaining("classpath:io/github/locks/jdbc/schema-"));
	}

	@Test
	void databaseThatIsAwayDoesNotStopTheStart() {
		this.withDatabase
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://localhost:1/test",
					"spring.datasource.username=secretly", "spring.datasource.password=hidden!",
					"locks.distributed.lease=2s")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				LockManager locks = context.getBean(LockManager.class);
				locks.writeLock("local").close();
				long start = System.nanoTime();
				assertThatExceptionOfType(LockBackendUnavailableException.class)
					.isThrownBy(() -> locks.distributedLock("a", Duration.ofMillis(500)))
					.withMessageContaining("spring.datasource")
					.withMessageNotContaining("hidden!");
				assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(500),
						Duration.ofMillis(1500));
			});
	}

	@Test
	void dataSourceOfItsOwnIsPreferred() {
		this.withDatabase.withUserConfiguration(TwoDatabases.class).run((context) -> {
			context.getBean(LockManager.class).distributedLock("a").close();
			assertThat(new JdbcTemplate(context.getBean("locksDatabase", DataSource.class))
				.queryForObject("select count(*) from LOCKS_LOCK", Integer.class)).isOne();
		});
	}

	@Test
	void instancesExcludeEachOther() {
		ApplicationContextRunner instance = this.withDatabase.withPropertyValues(
				"spring.datasource.url=jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1",
				"locks.jdbc.table-prefix=my_");
		instance.run((here) -> instance.run((there) -> {
			LockManager locks = here.getBean(LockManager.class);
			LockManager others = there.getBean(LockManager.class);
			try (LockHandle held = locks.distributedLock("orders:1")) {
				assertThatExceptionOfType(LockTimeoutException.class)
					.isThrownBy(() -> others.distributedLock("orders:1", Duration.ofMillis(200)))
					.withMessageContaining("held by '" + held.owner().name() + "'");
				held.assertHeld();
			}
			others.distributedLock("orders:1", Duration.ofSeconds(5)).close();
		}));
	}

	@Configuration(proxyBeanMethods = false)
	static class TwoDatabases {

		@Bean
		@Primary
		DataSource applicationDatabase() {
			return Databases.h2();
		}

		@Bean
		@LocksDataSource
		DataSource locksDatabase() {
			return Databases.h2();
		}

	}

}
