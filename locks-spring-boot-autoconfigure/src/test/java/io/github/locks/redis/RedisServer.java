package io.github.locks.redis;

import java.time.Duration;

import io.github.locks.spi.TestImages;
import org.testcontainers.containers.GenericContainer;

import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * A Redis server in a container, one for all tests.
 */
final class RedisServer {

	private static final int PORT = 6379;

	private static GenericContainer<?> container;

	private RedisServer() {
	}

	/** Where the server is; the test is skipped if there cannot be one. */
	static synchronized RedisStandaloneConfiguration address() {
		Integer running = Integer.getInteger("locks.test.redis.port");
		if (running != null) {
			return new RedisStandaloneConfiguration("localhost", running);
		}
		if (container == null) {
			GenericContainer<?> started = new GenericContainer<>(TestImages.require("redis", "redis:8.2-alpine"))
				.withExposedPorts(PORT)
				.withStartupTimeout(Duration.ofMinutes(2));
			started.start();
			container = started;
		}
		return new RedisStandaloneConfiguration(container.getHost(), container.getMappedPort(PORT));
	}

	static LettuceConnectionFactory lettuce() {
		LettuceConnectionFactory connections = new LettuceConnectionFactory(address());
		connections.afterPropertiesSet();
		connections.start();
		return connections;
	}

}
