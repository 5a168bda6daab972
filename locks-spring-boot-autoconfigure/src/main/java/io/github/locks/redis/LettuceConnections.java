package io.github.locks.redis;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;

import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.RedisCredentialsProviderFactory;

/**
 * Connections of Lettuce to the server of the application, with their own patience. The
 * only class that knows Lettuce, which an application need not have.
 */
final class LettuceConnections {

	private static final Duration RECONNECT_DELAY = Duration.ofMillis(200);

	private LettuceConnections() {
	}

	static LockConnections impatient(RedisConnectionFactory original, Duration timeout) {
		LettuceConnectionFactory known = (LettuceConnectionFactory) original;
		LettuceClientConfiguration client = known.getClientConfiguration();
		ClientResources resources = resources(client);
		LettuceConnectionFactory own = new LettuceConnectionFactory(server(known),
				new ImpatientClient(client, resources, timeout));
		own.afterPropertiesSet();
		own.start();
		return new LockConnections(own, () -> {
			own.destroy();
			resources.shutdown(0, 0, TimeUnit.SECONDS);
		});
	}

	/** Shares the threads, if there are some, but not the growing pauses. */
	private static ClientResources resources(LettuceClientConfiguration client) {
		return client.getClientResources()
			.map(ClientResources::mutate)
			.orElseGet(ClientResources::builder)
			.reconnectDelay(Delay.constant(RECONNECT_DELAY))
			.build();
	}

	private static RedisConfiguration server(LettuceConnectionFactory known) {
		RedisConfiguration cluster = known.getClusterConfiguration();
		RedisConfiguration sentinel = known.getSentinelConfiguration();
		RedisConfiguration socket = known.getSocketConfiguration();
		if (cluster != null) {
			return cluster;
		}
		if (sentinel != null) {
			return sentinel;
		}
		return (socket != null) ? socket : known.getStandaloneConfiguration();
	}

	/**
	 * The client of the application, but for how long it waits.
	 */
	private record ImpatientClient(LettuceClientConfiguration original, ClientResources resources,
			Duration timeout) implements LettuceClientConfiguration {

		@Override
		public Duration getCommandTimeout() {
			return this.timeout;
		}

		/** A command that cannot be sent now is not kept for later. */
		@Override
		public Optional<ClientOptions> getClientOptions() {
			ClientOptions options = this.original.getClientOptions().orElseGet(ClientOptions::create);
			ClientOptions.Builder builder = (options instanceof ClusterClientOptions cluster) ? cluster.mutate()
					: options.mutate();
			SocketOptions sockets = options.getSocketOptions().mutate().connectTimeout(this.timeout).build();
			return Optional.of(builder.disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
				.timeoutOptions(TimeoutOptions.enabled(this.timeout))
				.socketOptions(sockets)
				.build());
		}

		@Override
		public boolean isUseSsl() {
			return this.original.isUseSsl();
		}

		@Override
		@SuppressWarnings("deprecation")
		public boolean isVerifyPeer() {
			return this.original.isVerifyPeer();
		}

		@Override
		public SslVerifyMode getVerifyMode() {
			return this.original.getVerifyMode();
		}

		@Override
		public boolean isStartTls() {
			return this.original.isStartTls();
		}

		@Override
		public Optional<ClientResources> getClientResources() {
			return Optional.of(this.resources);
		}

		@Override
		public Optional<String> getClientName() {
			return this.original.getClientName();
		}

		@Override
		public Optional<ReadFrom> getReadFrom() {
			return Optional.empty();
		}

		@Override
		public Optional<RedisCredentialsProviderFactory> getRedisCredentialsProviderFactory() {
			return this.original.getRedisCredentialsProviderFactory();
		}

		@Override
		public Duration getShutdownTimeout() {
			return this.original.getShutdownTimeout();
		}

		@Override
		public Duration getShutdownQuietPeriod() {
			return this.original.getShutdownQuietPeriod();
		}

	}

}
