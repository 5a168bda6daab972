package io.github.locks.redis;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

import io.github.locks.LockBackendException;
import io.github.locks.LockBackendUnavailableException;
import io.github.locks.LockType;
import io.github.locks.spi.LeaseRequest;
import io.lettuce.core.RedisCommandExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.data.redis.RedisSystemException;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of what is an outage, and what is an answer.
 */
@Timeout(60)
class RedisAnswersTests {

	private static final String REDIS_6 = "ERR Error running script (call to f_82b): @user_script:91: @user_script: 91: -";

	@ParameterizedTest
	@ValueSource(strings = { "LOADING Redis is loading the dataset in memory", "BUSY Redis is busy running a script.",
			"READONLY You can't write against a read only replica.", "NOREPLICAS Not enough good replicas to write.",
			"MASTERDOWN Link with MASTER is down", "CLUSTERDOWN Hash slot not served",
			REDIS_6 + "READONLY You can't write against a read only replica.",
			REDIS_6 + "NOREPLICAS Not enough good replicas to write." })
	void isOverSoon(String answer) {
		assertThat(failure(answer)).isInstanceOf(LockBackendUnavailableException.class);
	}

	@ParameterizedTest
	@ValueSource(strings = { "NOAUTH Authentication required.", "WRONGPASS invalid username-password pair",
			"NOPERM this user has no permissions to run the 'evalsha' command",
			"OOM command not allowed when used memory > 'maxmemory'.",
			"WRONGTYPE Operation against a key holding the wrong kind of value",
			REDIS_6 + "OOM command not allowed when used memory > 'maxmemory'." })
	void isAnAnswer(String answer) {
		assertThat(failure(answer)).isNotInstanceOf(LockBackendUnavailableException.class);
	}

	private static LockBackendException failure(String answer) {
		LettuceConnectionFactory connections = new LettuceConnectionFactory();
		try (RedisLeaseStore store = new RedisLeaseStore(connections, Duration.ofSeconds(2), "answers", "1")) {
			return store.failure("acquire", "a", LockType.DISTRIBUTED,
					new RedisSystemException("Error in execution", new RedisCommandExecutionException(answer)));
		}
	}

	@Test
	void wrongPasswordIsAnAnswerWithLettuce() {
		LettuceConnectionFactory connections = new LettuceConnectionFactory(stranger());
		connections.afterPropertiesSet();
		connections.start();
		assertThatPasswordIsWrong(connections);
		connections.destroy();
	}

	@Test
	void wrongPasswordIsAnAnswerWithJedis() {
		JedisConnectionFactory connections = new JedisConnectionFactory(stranger());
		connections.afterPropertiesSet();
		connections.start();
		assertThatPasswordIsWrong(connections);
		connections.destroy();
	}

	private static RedisStandaloneConfiguration stranger() {
		RedisStandaloneConfiguration server = RedisServer.address();
		server.setUsername("stranger");
		server.setPassword("guessed");
		return server;
	}

	private static void assertThatPasswordIsWrong(RedisConnectionFactory connections) {
		try (RedisLockBackend backend = new RedisLockBackend(connections, Duration.ofSeconds(2),
				"answers-" + UUID.randomUUID())) {
			LeaseRequest request = new LeaseRequest("a", LockType.DISTRIBUTED, "o", null, Instant.now());
			assertThatExceptionOfType(LockBackendException.class).isThrownBy(() -> backend.tryAcquire(request))
				.isNotInstanceOf(LockBackendUnavailableException.class)
				.withMessageContaining("WRONGPASS")
				.withMessageNotContaining("guessed");
		}
	}

}
