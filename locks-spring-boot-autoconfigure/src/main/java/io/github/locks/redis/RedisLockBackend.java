package io.github.locks.redis;

import java.time.Duration;

import io.github.locks.LockNames;
import io.github.locks.lease.LeaseBackend;

import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Locks across processes and machines, in Redis 6.2 or later, or Valkey, as leases.
 * <p>
 * Who waits has a place in a queue in Redis; whoever gives the lock back hands it to the
 * first in the queue in the same step, and tells its process by pub/sub. As messages get
 * lost, who waits asks from time to time all the same. Who does not come for a lock that
 * it was given loses it after three seconds. Safe for use by several threads.
 */
public final class RedisLockBackend extends LeaseBackend {

	private final String prefix;

	/**
	 * Creates a backend. Nothing is asked of Redis until the first lock is.
	 * @param connectionFactory the connections; not closed with the backend. Of Lettuce a
	 * connection of the same kind is made that waits for an answer for a sixth of the
	 * lease, and for two seconds at most
	 * @param lease how long a lock outlives its process, and a Redis that does not answer
	 * a hold; at least two seconds
	 * @param prefix what all keys begin with
	 * @throws IllegalArgumentException if the lease is too short, or the prefix has
	 * characters other than letters, digits, {@code . : _ -}
	 */
	public RedisLockBackend(RedisConnectionFactory connectionFactory, Duration lease, String prefix) {
		this(connectionFactory, checkLease(lease), checkPrefix(prefix), newProcess());
	}

	private RedisLockBackend(RedisConnectionFactory connectionFactory, Duration lease, String prefix, String process) {
		super(new RedisLeaseStore(connectionFactory, lease, prefix, process), lease, process, "redis");
		this.prefix = prefix;
	}

	private static String checkPrefix(String prefix) {
		if (!isPrefix(prefix)) {
			throw new IllegalArgumentException(
					"'prefix' must be 1 to 100 letters, digits, '.', ':', '_' or '-', but is "
							+ LockNames.quote(prefix));
		}
		return prefix;
	}

	/**
	 * Whether keys can begin with a text.
	 * @param text the text
	 * @return {@code true} if it has up to 100 letters, digits, {@code . : _ -}
	 */
	public static boolean isPrefix(String text) {
		return text.matches("[A-Za-z0-9_.:-]{1,100}");
	}

	@Override
	public String toString() {
		return "Redis, with keys that begin with '" + this.prefix + ":'";
	}

}
