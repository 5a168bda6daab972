package io.github.locks.redis;

import java.lang.reflect.Field;
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
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.RedisCredentialsProviderFactory;
import org.springframework.util.ReflectionUtils;

/**
 * Connections of Lettuce to the server of the application, with their own patience. The
 * only class that knows Lettuce, which an application need not have.
 */
final class LettuceConnections {

	/** Where a factory keeps what it was made from. */
	private static final String SERVER = "configuration";

	private static final Duration RECONNECT_DELAY = Duration.ofMillis(200);

	private LettuceConnections() {
	}

	static LockConnections impatient(RedisConnectionFactory original, Duration timeout) {
		LettuceConnectionFactory known = (LettuceConnectionFactory) original;
		RedisConfiguration server = server(known);
		if (server == null) {
			return new LockConnections(known, null);
		}
		LettuceClientConfiguration client = known.getClientConfiguration();
		ClientResources resources = resources(client);
		LettuceConnectionFactory own = new LettuceConnectionFactory(server,
				new ImpatientClient(client, resources, timeout));
		own.afterPropertiesSet();
		own.start();
		return new LockConnections(own, () -> {
			own.destroy();
			if (client.getClientResources().isEmpty()) {
				resources.shutdown(0, 0, TimeUnit.SECONDS);
			}
		});
	}

	/**
	 * Shares the threads, if there are some, but not the growing pauses. What is shared
	 * ends with the one of the application only: to shut the other down would end it too.
	 */
	private static ClientResources resources(LettuceClientConfiguration client) {
		return client.getClientResources()
			.map(ClientResources::mutate)
			.orElseGet(ClientResources::builder)
			.reconnectDelay(Delay.constant(RECONNECT_DELAY))
			.build();
	}

	/**
	 * Where the application's server is. What the getters of a factory return is that of
	 * the constructor for one kind of server; others give the default, and locks on the
	 * wrong server would be worse than none.
	 */
	private static @Nullable RedisConfiguration server(LettuceConnectionFactory known) {
		Field field = ReflectionUtils.findField(LettuceConnectionFactory.class, SERVER, RedisConfiguration.class);
		if (field == null) {
			return null;
		}
		ReflectionUtils.makeAccessible(field);
		return (RedisConfiguration) ReflectionUtils.getField(field, known);
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
			return Optional.of(builder.autoReconnect(true)
				.disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
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
