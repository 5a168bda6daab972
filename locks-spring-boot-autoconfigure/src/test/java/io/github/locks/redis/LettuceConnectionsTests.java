package io.github.locks.redis;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

import io.github.locks.LockBackendUnavailableException;
import io.github.locks.LockType;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.github.locks.spi.TcpProxy;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.RedisStaticMasterReplicaConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of connections that are made from those of an application.
 */
@Timeout(60)
class LettuceConnectionsTests {

	private final String prefix = "lettuce-" + UUID.randomUUID();

	@Test
	void threadsOfTheApplicationOutliveTheLocks() {
		RedisStandaloneConfiguration server = RedisServer.address();
		ClientResources resources = DefaultClientResources.create();
		try {
			LettuceConnectionFactory connections = factory(server,
					LettuceClientConfiguration.builder().clientResources(resources).build());
			takeAndGiveBack(connections);
			assertThat(resources.eventExecutorGroup().isShuttingDown()).isFalse();
			connections.resetConnection();
			assertThat(new StringRedisTemplate(connections).hasKey("nothing")).isFalse();
			connections.destroy();
		}
		finally {
			resources.shutdown().awaitUninterruptibly();
		}
	}

	@Test
	void locksAreOnTheServerOfTheApplicationWhateverItIsCalled() {
		RedisStandaloneConfiguration server = RedisServer.address();
		RedisStaticMasterReplicaConfiguration replicated = new RedisStaticMasterReplicaConfiguration(
				server.getHostName(), server.getPort());
		LettuceConnectionFactory connections = factory(replicated, LettuceClientConfiguration.defaultConfiguration());
		takeAndGiveBack(connections);
		assertThat(new StringRedisTemplate(connections).keys(this.prefix + ":*")).isNotEmpty();
		connections.destroy();
	}

	@Test
	void connectionThatBreaksIsMadeAgainWhateverTheApplicationWants() throws Exception {
		RedisStandaloneConfiguration server = RedisServer.address();
		try (TcpProxy proxy = new TcpProxy(server.getHostName(), server.getPort())) {
			ClientOptions options = ClientOptions.builder().autoReconnect(false).build();
			LettuceConnectionFactory connections = factory(new RedisStandaloneConfiguration("localhost", proxy.port()),
					LettuceClientConfiguration.builder().clientOptions(options).build());
			RedisLockBackend backend = new RedisLockBackend(connections, Duration.ofSeconds(2), this.prefix);
			backend.release(backend.tryAcquire(request()).orElseThrow());
			proxy.reset();
			Lease lease = Awaitility.await()
				.ignoreException(LockBackendUnavailableException.class)
				.until(() -> backend.tryAcquire(request()), Optional::isPresent)
				.orElseThrow();
			backend.release(lease);
			backend.close();
			connections.destroy();
		}
	}

	private void takeAndGiveBack(LettuceConnectionFactory connections) {
		RedisLockBackend backend = new RedisLockBackend(connections, Duration.ofSeconds(2), this.prefix);
		backend.release(backend.tryAcquire(request()).orElseThrow());
		backend.close();
	}

	private static LettuceConnectionFactory factory(RedisConfiguration server, LettuceClientConfiguration client) {
		LettuceConnectionFactory connections = new LettuceConnectionFactory(server, client);
		connections.afterPropertiesSet();
		connections.start();
		return connections;
	}

	private static LeaseRequest request() {
		return new LeaseRequest("a", LockType.DISTRIBUTED, "o", null, Instant.now());
	}

}
