package io.github.locks.redis;

import java.time.Duration;
import java.util.UUID;

import io.github.locks.spi.LockBackend;
import io.github.locks.spi.LockBackendContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;

/**
 * Tests of {@link RedisLockBackend}, with Jedis.
 */
class JedisLockBackendContractTests extends LockBackendContract {

	private static JedisConnectionFactory connections;

	private final String prefix = "jedis-" + UUID.randomUUID();

	@BeforeAll
	static void connect() {
		connections = new JedisConnectionFactory(RedisServer.address());
		connections.afterPropertiesSet();
		connections.start();
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
