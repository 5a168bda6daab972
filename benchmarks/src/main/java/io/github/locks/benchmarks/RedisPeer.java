package io.github.locks.benchmarks;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import io.github.locks.redis.RedisLockBackend;
import io.github.locks.support.DefaultLockManager;
import io.github.locks.support.DefaultLockManagerBuilder;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.provider.redis.spring.RedisLockProvider;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;
import org.redisson.config.SingleServerConfig;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.integration.redis.util.RedisLockRegistry;
import org.springframework.integration.redis.util.RedisLockRegistry.RedisLockType;

/**
 * Who keeps locks in Redis: ours, and others, with their defaults and at their best.
 */
enum RedisPeer {

	/** One round trip: what nobody with two of them can beat. */
	PING("PING of Lettuce", RedisPeer::ping),

	/** Only the threads of one process: what no server can beat. */
	LOCAL("ReentrantLock, fair, in one process", (server) -> local()),

	/** With its threads and pools as they come. */
	RLOCK("Redisson RLock", (server) -> redisson(server, false, (client) -> client::getLock)),

	/** With as many threads and connections as the processors can use. */
	RLOCK_TUNED("Redisson RLock, tuned", (server) -> redisson(server, true, (client) -> client::getLock)),

	/** In the order of the requests. */
	RFAIR("Redisson RFairLock", (server) -> redisson(server, false, (client) -> client::getFairLock)),

	/** Asks every 100 ms. */
	REGISTRY_SPIN("Spring Integration, spin", (server) -> registry(server, RedisLockType.SPIN_LOCK)),

	/** Is told. */
	REGISTRY_MESSAGES("Spring Integration, pub/sub", (server) -> registry(server, RedisLockType.PUB_SUB_LOCK)),

	/** Does not wait; asked again every 10 ms. */
	SHEDLOCK("ShedLock", RedisPeer::shedLock),

	/** As users have it. */
	OURS("LockManager", (server) -> ours(server, UnaryOperator.identity())),

	/** Each turn goes to the process that is next in the queue. */
	OURS_NO_HAND_OVER("LockManager, local-handovers: 0",
			(server) -> ours(server, (builder) -> builder.localHandOver(0, Duration.ZERO)));

	/** Spring Integration fails to lock what its cache has no room for. */
	static final int LOCKS_IN_USE = 10_000;

	private final String label;

	private final Function<String, RemoteLocks> factory;

	RedisPeer(String label, Function<String, RemoteLocks> factory) {
		this.label = label;
		this.factory = factory;
	}

	/**
	 * Opens connections.
	 * @param server host and port
	 */
	RemoteLocks create(String server) {
		return this.factory.apply(server);
	}

	@Override
	public String toString() {
		return this.label;
	}

	private static RemoteLocks ping(String server) {
		RedisClient client = RedisClient.create("redis://" + server);
		StatefulRedisConnection<String, String> connection = client.connect();
		return new Opened((name) -> {
			connection.sync().ping();
			return () -> {
			};
		}, client::shutdown);
	}

	private static RemoteLocks local() {
		Lock lock = new ReentrantLock(true);
		return (name) -> locked(lock);
	}

	private static RemoteLocks redisson(String server, boolean tuned,
			Function<RedissonClient, Function<String, Lock>> locks) {
		Config config = new Config();
		SingleServerConfig address = config.useSingleServer().setAddress("redis://" + server);
		if (tuned) {
			int processors = Runtime.getRuntime().availableProcessors();
			config.setNettyThreads(processors + 1).setThreads(2 * processors);
			address.setConnectionPoolSize(4 * processors).setConnectionMinimumIdleSize(4 * processors);
		}
		RedissonClient client = Redisson.create(config);
		Function<String, Lock> byName = locks.apply(client);
		return new Opened((name) -> locked(byName.apply(name)), client::shutdown);
	}

	private static RemoteLocks registry(String server, RedisLockType type) {
		LettuceConnectionFactory connections = connections(server);
		RedisLockRegistry registry = new RedisLockRegistry(connections, "registry");
		registry.setRedisLockType(type);
		registry.setCacheCapacity(LOCKS_IN_USE);
		return new Opened((name) -> locked(registry.obtain(name)), () -> {
			registry.destroy();
			connections.destroy();
		});
	}

	private static RemoteLocks shedLock(String server) {
		LettuceConnectionFactory connections = connections(server);
		LockProvider provider = new RedisLockProvider(connections);
		return new Opened((name) -> locked(provider, name), connections::destroy);
	}

	private static RemoteLocks ours(String server, UnaryOperator<DefaultLockManagerBuilder> settings) {
		LettuceConnectionFactory connections = connections(server);
		DefaultLockManager locks = settings
			.apply(DefaultLockManager.builder()
				.backend(() -> new RedisLockBackend(connections, Duration.ofSeconds(30), "locks")))
			.build();
		return new Opened((name) -> locks.distributedLock(name)::close, () -> {
			locks.close();
			connections.destroy();
		});
	}

	private static LettuceConnectionFactory connections(String server) {
		int colon = server.lastIndexOf(':');
		LettuceConnectionFactory connections = new LettuceConnectionFactory(server.substring(0, colon),
				Integer.parseInt(server.substring(colon + 1)));
		connections.afterPropertiesSet();
		connections.start();
		return connections;
	}

	static AutoCloseable locked(Lock lock) {
		lock.lock();
		return lock::unlock;
	}

	static AutoCloseable locked(LockProvider provider, String name) {
		while (true) {
			SimpleLock lock = provider
				.lock(new LockConfiguration(Instant.now(), name, Duration.ofSeconds(30), Duration.ZERO))
				.orElse(null);
			if (lock != null) {
				return lock::unlock;
			}
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
		}
	}

	/**
	 * Locks, and what ends the connections that they need.
	 *
	 * @param locks the locks
	 * @param end what to call at the end
	 */
	record Opened(RemoteLocks locks, AutoCloseable end) implements RemoteLocks {

		@Override
		public AutoCloseable lock(String name) throws Exception {
			return this.locks.lock(name);
		}

		@Override
		public void close() throws Exception {
			this.end.close();
		}

	}

}
