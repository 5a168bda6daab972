package io.github.locks.redis;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.ClassUtils;

/**
 * The connections that locks go through.
 *
 * @param factory makes them
 * @param end what ends those that are not the application's
 */
record LockConnections(RedisConnectionFactory factory, @Nullable Runnable end) implements AutoCloseable {

	private static final Duration LONGEST_ANSWER = Duration.ofSeconds(2);

	private static final int ANSWERS_IN_A_LEASE = 6;

	/**
	 * Connections whose commands fail in time for another try. The application may give
	 * its own a minute; that of Jedis are taken as they are.
	 */
	static LockConnections of(RedisConnectionFactory factory, Duration lease) {
		Duration answer = lease.dividedBy(ANSWERS_IN_A_LEASE);
		Duration timeout = (answer.compareTo(LONGEST_ANSWER) < 0) ? answer : LONGEST_ANSWER;
		String lettuce = "org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory";
		if (ClassUtils.getUserClass(factory).getName().equals(lettuce)) {
			return LettuceConnections.impatient(factory, timeout);
		}
		return new LockConnections(factory, null);
	}

	@Override
	public void close() {
		if (this.end != null) {
			this.end.run();
		}
	}

}
