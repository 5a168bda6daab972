package io.github.locks.redis;

import java.time.Duration;
import java.util.UUID;

import io.github.locks.spi.LockBackend;
import io.github.locks.spi.LockBackendContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Tests of {@link RedisLockBackend}, with Lettuce.
 */
class RedisLockBackendContractTests extends LockBackendContract {

	private static LettuceConnectionFactory connections;

	private final String prefix = "test-" + UUID.randomUUID();

	@BeforeAll
	static void connect() {
		connections = RedisServer.lettuce();
	}

	@AfterAll
	static void disconnect() {
		if (connections != null) {
			connections.destroy();
		}
	}

	@Override
	protected LockBackend open() {
		return new RedisLockBackend(connections, Duration.ofSeconds(10), this.prefix);
	}

}
