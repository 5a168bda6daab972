package io.github.locks.autoconfigure;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.annotation.WriteLock;
import io.github.locks.spi.LockEvent;
import io.github.locks.spi.LockListener;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.TaskExecutor;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.validation.annotation.Validated;
import org.springframework.validation.beanvalidation.MethodValidationPostProcessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What is outside and what is inside of the lock, as far as can be seen from without.
 */
@Timeout(60)
class AdviceOrderTests {

	private final List<String> log = new CopyOnWriteArrayList<>();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, LocksAutoConfiguration.class))
		.withBean(LockListener.class, () -> this::record)
		.withUserConfiguration(AllOfThem.class)
		.withBean(Service.class, () -> new Service(this.log));

	@Test
	void transactionBeginsAndEndsUnderTheLock() {
		this.runner.withBean(PlatformTransactionManager.class, () -> new LoggingTransactionManager(this.log))
			.run((context) -> {
				context.getBean(Service.class).transactional();
				assertThat(this.log).containsExactly("ACQUIRED", "begin", "run", "commit", "RELEASED");
			});
	}

	@Test
	void transactionIsRolledBackUnderTheLock() {
		this.runner.withBean(PlatformTransactionManager.class, () -> new LoggingTransactionManager(this.log))
			.run((context) -> {
				assertThatIllegalStateException().isThrownBy(() -> context.getBean(Service.class).failingTransaction());
				assertThat(this.log).containsExactly("ACQUIRED", "begin", "run", "rollback", "RELEASED");
			});
	}

	@Test
	void everyAttemptOfARetryTakesTheLockAnew() {
		this.runner.run((context) -> {
			assertThat(context.getBean(Service.class).retried()).isEqualTo(3);
			assertThat(this.log).containsExactly("ACQUIRED", "run", "RELEASED", "ACQUIRED", "run", "RELEASED",
					"ACQUIRED", "run", "RELEASED");
		});
	}

	@Test
	void everyAttemptOfATransactionThatIsRetriedTakesTheLockAnew() {
		this.runner.withBean(PlatformTransactionManager.class, () -> new LoggingTransactionManager(this.log))
			.run((context) -> {
				context.getBean(Service.class).retriedTransaction();
				assertThat(this.log).containsExactly("ACQUIRED", "begin", "run", "rollback", "RELEASED", "ACQUIRED",
						"begin", "run", "commit", "RELEASED");
			});
	}

	@Test
	void valueFromTheCacheIsReadUnderTheLock() {
		this.runner.run((context) -> {
			Service service = context.getBean(Service.class);
			assertThat(service.cached()).isEqualTo(service.cached());
			assertThat(this.log).containsExactly("ACQUIRED", "run", "RELEASED", "ACQUIRED", "RELEASED");
		});
	}

	@Test
	void asynchronousMethodTakesTheLockOnItsThread() {
		this.runner.run((context) -> {
			Service service = context.getBean(Service.class);
			LockManager locks = context.getBean(LockManager.class);
			CompletableFuture<String> result;
			try (var held = locks.acquire(LockRequest.write("a").owner(LockOwner.create("other")).build())) {
				result = service.asynchronous();
				assertThat(result).isNotDone();
			}
			assertThat(result.get(30, TimeUnit.SECONDS)).startsWith("worker-");
			assertThat(this.log).startsWith("ACQUIRED", "RELEASED", "ACQUIRED", "run");
		});
	}

	@Test
	void argumentsAreValidatedUnderTheLock() {
		this.runner.run((context) -> {
			assertThatExceptionOfType(ConstraintViolationException.class)
				.isThrownBy(() -> context.getBean(Service.class).validated(null));
			assertThat(this.log).containsExactly("ACQUIRED", "RELEASED");
		});
	}

	private void record(LockEvent event) {
		this.log.add(event.operation().name());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement
	@EnableCaching
	@EnableAsync
	@EnableResilientMethods
	static class AllOfThem {

		@Bean
		CacheManager cacheManager() {
			return new ConcurrentMapCacheManager();
		}

		@Bean
		TaskExecutor taskExecutor() {
			return new SimpleAsyncTaskExecutor("worker-");
		}

		@Bean
		static MethodValidationPostProcessor methodValidationPostProcessor() {
			return new MethodValidationPostProcessor();
		}

	}

	@Validated
	static class Service {

		private final List<String> log;

		private int attempts;

		Service(List<String> log) {
			this.log = log;
		}

		@WriteLock("a")
		@Transactional
		public void transactional() {
			this.log.add("run");
		}

		@WriteLock("a")
		@Transactional
		public void failingTransaction() {
			this.log.add("run");
			throw new IllegalStateException();
		}

		@WriteLock("a")
		@Retryable(delay = 1)
		public int retried() {
			this.log.add("run");
			if (++this.attempts < 3) {
				throw new IllegalStateException();
			}
			return this.attempts;
		}

		@WriteLock("a")
		@Retryable(delay = 1)
		@Transactional
		public void retriedTransaction() {
			this.log.add("run");
			if (++this.attempts < 2) {
				throw new IllegalStateException();
			}
		}

		@WriteLock("a")
		@Cacheable("a")
		public String cached() {
			this.log.add("run");
			return "x";
		}

		@WriteLock("a")
		@Async
		public CompletableFuture<String> asynchronous() {
			this.log.add("run");
			return CompletableFuture.completedFuture(Thread.currentThread().getName());
		}

		@WriteLock("a")
		public void validated(@NotNull @Nullable String text) {
			this.log.add("run");
		}

	}

	@SuppressWarnings("serial")
	private static final class LoggingTransactionManager extends AbstractPlatformTransactionManager {

		private final transient List<String> log;

		LoggingTransactionManager(List<String> log) {
			this.log = log;
		}

		@Override
		protected Object doGetTransaction() {
			return new Object();
		}

		@Override
		protected void doBegin(Object transaction, TransactionDefinition definition) {
			this.log.add("begin");
		}

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
			this.log.add("commit");
		}

		@Override
		protected void doRollback(DefaultTransactionStatus status) {
			this.log.add("rollback");
		}

	}

}
