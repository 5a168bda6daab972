package io.github.locks.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.github.locks.annotation.WriteLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A counter in a database that is read and written back by many threads. The lock makes
 * up for what the isolation level of the database allows.
 */
@Timeout(120)
class TransactionalIncrementsTests {

	private static final int THREADS = 16;

	private static final int INCREMENTS = 1_000;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(LocksAutoConfiguration.class, DataSourceAutoConfiguration.class,
				JdbcTemplateAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class,
				TransactionAutoConfiguration.class))
		.withPropertyValues("spring.datasource.generate-unique-name=true", "locks.timeout.write=60s",
				"spring.datasource.hikari.maximum-pool-size=32");

	@Test
	void nothingIsLost() {
		assertThat(count(this.runner.withUserConfiguration(LockOutside.class), false)).isEqualTo(INCREMENTS);
	}

	@Test
	void nothingIsLostInTheTransactionOfACaller() {
		assertThat(count(this.runner.withUserConfiguration(LockOutside.class), true)).isEqualTo(INCREMENTS);
	}

	@Test
	void updatesAreLostWhenTheLockIsInsideOfTheTransaction() {
		assertThat(count(this.runner.withUserConfiguration(LockInside.class)
			.withPropertyValues("locks.validation=off", "locks.release-after-transaction=false"), false))
			.isLessThan(INCREMENTS);
	}

	@Test
	void updatesAreLostWhenTheLockIsGivenBackInTheTransactionOfTheCaller() {
		assertThat(count(this.runner.withUserConfiguration(LockOutside.class)
			.withPropertyValues("locks.release-after-transaction=false"), true)).isLessThan(INCREMENTS);
	}

	private static int count(ApplicationContextRunner runner, boolean inTransaction) {
		List<Integer> counted = new ArrayList<>();
		runner.run((context) -> {
			JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
			jdbc.execute("create table counter (amount int)");
			jdbc.update("insert into counter values (0)");
			TransactionTemplate transaction = new TransactionTemplate(
					context.getBean(PlatformTransactionManager.class));
			Counter counter = context.getBean(Counter.class);
			Runnable increment = inTransaction ? () -> transaction.executeWithoutResult((status) -> counter.increment())
					: counter::increment;
			incrementAtOnce(increment);
			counted.add(counter.read());
		});
		return counted.get(0);
	}

	private static void incrementAtOnce(Runnable increment) throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(THREADS);
		try {
			List<Future<?>> running = new ArrayList<>();
			for (int i = 0; i < INCREMENTS; i++) {
				running.add(threads.submit(increment));
			}
			for (Future<?> each : running) {
				each.get(60, TimeUnit.SECONDS);
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	static class Counter {

		private final JdbcTemplate jdbc;

		Counter(JdbcTemplate jdbc) {
			this.jdbc = jdbc;
		}

		@WriteLock("counter")
		@Transactional
		void increment() {
			int before = read();
			Thread.yield();
			this.jdbc.update("update counter set amount = ?", before + 1);
		}

		int read() {
			return this.jdbc.queryForObject("select amount from counter", Integer.class);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Counter.class)
	static class LockOutside {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement(order = 0, proxyTargetClass = true)
	@Import(Counter.class)
	static class LockInside {

	}

}
