package io.github.locks.redis;

import java.time.Duration;

import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockScope;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.autoconfigure.LocksAutoConfiguration;
import io.github.locks.autoconfigure.LocksRedisAutoConfiguration;
import io.github.locks.spi.LockBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of {@link LocksRedisAutoConfiguration}.
 */
class LocksRedisAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(LocksAutoConfiguration.class, LocksRedisAutoConfiguration.class))
		.withPropertyValues("locks.distributed.backend=redis");

	private final ApplicationContextRunner withRedis = this.runner
		.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class));

	@Test
	void locksAreKeptByTheRedisOfTheApplication() {
		this.withRedis.run((context) -> assertThat(context).hasSingleBean(RedisLockBackend.class));
		this.withRedis.withPropertyValues("locks.distributed.backend=file")
			.run((context) -> assertThat(context).doesNotHaveBean(LockBackend.class));
		this.withRedis.withPropertyValues("locks.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(LockBackend.class));
	}

	@Test
	void nothingIsAskedOfRedisAtTheStart() {
		this.withRedis.withPropertyValues("spring.data.redis.port=1").run((context) -> {
			assertThat(context).hasNotFailed();
			context.getBean(LockManager.class).writeLock("a").close();
		});
	}

	@Test
	void failureNamesWhatIsMissing() {
		this.runner.run((context) -> assertThat(context).hasFailed()
			.getFailure()
			.rootCause()
			.hasMessageContaining("locks.distributed.backend")
			.hasMessageContaining("spring-boot-starter-data-redis"));
		this.runner.withClassLoader(new FilteredClassLoader(StringRedisTemplate.class))
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.hasMessageContaining("spring-boot-starter-data-redis"));
	}

	@ParameterizedTest
	@CsvSource({ "locks.distributed.lease,1s,two seconds", "locks.distributed.lease,-5s,two seconds",
			"locks.redis.key-prefix,a{b},letters", "locks.redis.key-prefix,'',letters" })
	void badValuesStopTheStart(String property, String value, String reason) {
		this.withRedis.withPropertyValues(property + "=" + value)
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.hasMessageContaining(property)
				.hasMessageContaining(reason));
	}

	@Test
	void instancesExcludeEachOther() {
		RedisStandaloneConfiguration server = RedisServer.address();
		ApplicationContextRunner instance = this.withRedis.withPropertyValues(
				"spring.data.redis.host=" + server.getHostName(), "spring.data.redis.port=" + server.getPort(),
				"locks.redis.key-prefix=instances");
		instance.run((here) -> instance.run((there) -> {
			LockManager locks = here.getBean(LockManager.class);
			LockManager others = there.getBean(LockManager.class);
			try (LockHandle held = locks.distributedLock("orders:1")) {
				assertThatExceptionOfType(LockTimeoutException.class)
					.isThrownBy(() -> others.distributedLock("orders:1", Duration.ofMillis(100)))
					.withMessageContaining("held by '" + held.owner().name() + "'");
				held.assertHeld();
			}
			others.distributedLock("orders:1", Duration.ZERO).close();
			try (LockHandle reader = locks.acquire(LockRequest.read("a").scope(LockScope.DISTRIBUTED).build())) {
				others.acquire(LockRequest.read("a").scope(LockScope.DISTRIBUTED).build()).close();
				assertThat(others.tryAcquire(LockRequest.write("a").scope(LockScope.DISTRIBUTED).build())).isEmpty();
				reader.assertHeld();
			}
		}));
	}

}
