package io.github.locks.redis;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.github.locks.LockBackendException;
import io.github.locks.LockBackendUnavailableException;
import io.github.locks.LockType;
import io.github.locks.lease.LeaseStore.Grant;
import io.github.locks.lease.LockKey;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.ReleaseWatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of what is kept in Redis, and for how long.
 */
@Timeout(60)
class LockScriptTests {

	private static final Duration LEASE = Duration.ofSeconds(10);

	private final String prefix = "script-" + UUID.randomUUID();

	private LettuceConnectionFactory connections;

	private RedisLockBackend here;

	private RedisLockBackend there;

	private StringRedisTemplate redis;

	@BeforeEach
	void open() {
		this.connections = RedisServer.lettuce();
		this.here = new RedisLockBackend(this.connections, LEASE, this.prefix);
		this.there = new RedisLockBackend(this.connections, LEASE, this.prefix);
		this.redis = new StringRedisTemplate(this.connections);
	}

	@AfterEach
	void close() {
		if (this.there != null) {
			this.here.close();
			this.there.close();
			this.connections.destroy();
		}
	}

	@Test
	void crashIsToldHoweverLateSomebodyComes() {
		this.here.tryAcquire(request(LockType.DISTRIBUTED)).orElseThrow();
		String holder = this.redis.opsForZSet().range(key("lock:holders"), 0, 0).iterator().next();
		assertThat(this.redis.getExpire(key("lock:holders"))).as("seconds").isGreaterThan(3000);
		assertThat(this.redis.getExpire(key("lock:info"))).as("seconds").isGreaterThan(3000);
		this.redis.opsForZSet().add(key("lock:holders"), holder, 1);
		Lease next = this.there.tryAcquire(request(LockType.DISTRIBUTED)).orElseThrow();
		assertThat(next.previousHolderCrashed()).isTrue();
		this.there.release(next);
		assertThat(this.redis.keys(this.prefix + ":*")).containsExactly(key("lock:token"));
	}

	@Test
	void tokensAreRememberedForAsLongAsSomebodyHoldsThem() {
		Lease held = this.here.tryAcquire(request(LockType.DISTRIBUTED)).orElseThrow();
		this.redis.expire(key("lock:token"), Duration.ofSeconds(1));
		assertThat(this.here.renew(held)).isTrue();
		assertThat(this.redis.getExpire(key("lock:token"))).as("seconds").isGreaterThan(3000);
		this.here.release(held);
	}

	@ParameterizedTest
	@EnumSource(LockType.class)
	void tokensDoNotRunAheadOfTheClock(LockType type) {
		String key = key((type == LockType.DISTRIBUTED) ? "lock:token" : "readwrite:token");
		long now = System.currentTimeMillis() * 1000;
		this.redis.opsForValue().set(key, Long.toString(now + 1_000_000_000));
		long last = 0;
		for (int i = 0; i < 100; i++) {
			Lease lease = this.here.tryAcquire(request(type)).orElseThrow();
			assertThat(lease.fencingToken()).isGreaterThan(last);
			last = lease.fencingToken();
			this.here.release(lease);
		}
		assertThat(Long.parseLong(this.redis.opsForValue().get(key)) - now - 1_000_000_000).isEqualTo(100);
	}

	@Test
	void whoIsClosedLeavesItsPlacesInTheQueues() {
		int resources = 500;
		RedisLockBackend waiting = new RedisLockBackend(this.connections, LEASE, this.prefix);
		List<Lease> leases = new ArrayList<>();
		List<ReleaseWatch> watches = new ArrayList<>();
		for (int i = 0; i < resources; i++) {
			LeaseRequest request = new LeaseRequest("a" + i, LockType.DISTRIBUTED, "o", null, Instant.now());
			leases.add(this.here.tryAcquire(request).orElseThrow());
			watches.add(waiting.watch(request, () -> {
			}));
			assertThat(waiting.tryAcquire(request)).isEmpty();
		}
		watches.forEach(ReleaseWatch::close);
		waiting.close();
		assertThat(this.redis.keys(this.prefix + ":*:queue")).isEmpty();
		leases.forEach(this.here::release);
	}

	@Test
	void writerThatReadsOnDoesSoHoweverOftenItAsks() {
		LockKey key = new LockKey("a", true);
		try (RedisLeaseStore store = new RedisLeaseStore(this.connections, LEASE, this.prefix, "1")) {
			store.acquire(key, "w:1", Duration.ZERO, "shown").orElseThrow();
			Grant first = store.downgrade(key, "w:1", "r:2", "shown").orElseThrow();
			assertThat(store.downgrade(key, "w:1", "r:2", "shown")).as("the answer may have been lost").hasValue(first);
			store.release(key, "r:2", Duration.ZERO);
			assertThat(store.downgrade(key, "w:1", "r:2", "shown")).isEmpty();
		}
	}

	@Test
	void whatIsHeldStaysHeldInAServerWithoutMemory() {
		Lease held = this.here.tryAcquire(request(LockType.DISTRIBUTED)).orElseThrow();
		configure("maxmemory", "1");
		try {
			assertThat(this.here.renew(held)).isTrue();
			ReleaseWatch watch = this.there.watch(request(LockType.DISTRIBUTED), () -> {
			});
			assertThatExceptionOfType(LockBackendException.class)
				.isThrownBy(() -> this.there.tryAcquire(request(LockType.DISTRIBUTED)))
				.isNotInstanceOf(LockBackendUnavailableException.class)
				.withMessageContaining("OOM");
			watch.close();
			this.here.release(held);
		}
		finally {
			configure("maxmemory", "0");
		}
		this.there.release(this.there.tryAcquire(request(LockType.DISTRIBUTED)).orElseThrow());
	}

	@Test
	void serverThatWaitsForItsReplicasIsAwayForNow() {
		configure("min-replicas-to-write", "1");
		try {
			assertThatExceptionOfType(LockBackendUnavailableException.class)
				.isThrownBy(() -> this.here.tryAcquire(request(LockType.DISTRIBUTED)))
				.withMessageContaining("NOREPLICAS");
		}
		finally {
			configure("min-replicas-to-write", "0");
		}
	}

	private void configure(String parameter, String value) {
		this.redis.execute((RedisCallback<Void>) (connection) -> {
			connection.serverCommands().setConfig(parameter, value);
			return null;
		});
	}

	private String key(String name) {
		return this.prefix + ":{a}:" + name;
	}

	private static LeaseRequest request(LockType type) {
		return new LeaseRequest("a", type, "o", null, Instant.now());
	}

}
