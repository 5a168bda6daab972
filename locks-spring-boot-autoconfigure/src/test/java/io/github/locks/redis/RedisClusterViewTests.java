package io.github.locks.redis;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import io.github.locks.Deadlock;
import io.github.locks.LockHandle;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.support.DefaultLockManager;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What one process sees of the others that share a Redis.
 */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class RedisClusterViewTests {

	private static final Duration LONG = Duration.ofSeconds(30);

	private final String prefix = "view-" + UUID.randomUUID();

	private LettuceConnectionFactory connections;

	private DefaultLockManager here;

	private DefaultLockManager there;

	@BeforeEach
	void open() {
		this.connections = RedisServer.lettuce();
		this.here = manager();
		this.there = manager();
	}

	private DefaultLockManager manager() {
		return DefaultLockManager.builder()
			.backend(() -> new RedisLockBackend(this.connections, Duration.ofSeconds(5), this.prefix))
			.shutdownTimeout(Duration.ZERO)
			.build();
	}

	@AfterEach
	void close() {
		if (this.there != null) {
			this.here.close();
			this.there.close();
		}
		if (this.connections != null) {
			this.connections.destroy();
		}
	}

	@Test
	void statusShowsHoldersAndWaitersOfAll() {
		LockHandle held = this.here.acquire(LockRequest.distributed("a").method("Store.save").build());
		this.there.acquireAsync(LockRequest.distributed("a")
			.owner(LockOwner.create("waiter"))
			.method("Store.load")
			.timeout(LONG)
			.build());
		Awaitility.await().untilAsserted(() -> {
			assertThat(this.there.getLockStatus("a").get(0).locks().get("distributed").holders())
				.anyMatch((holder) -> "Store.save".equals(holder.method()));
			assertThat(this.here.getLockStatus("a").get(0).locks().get("distributed").waiters())
				.anyMatch((waiter) -> "Store.load".equals(waiter.method()));
		});
		held.close();
	}

	@Test
	void deadlockOfTwoProcessesIsReportedByBoth() {
		LockOwner one = LockOwner.create("one");
		LockOwner two = LockOwner.create("two");
		this.here.acquire(LockRequest.distributed("a").owner(one).build());
		this.there.acquire(LockRequest.distributed("b").owner(two).build());
		this.here.acquireAsync(LockRequest.distributed("b").owner(one).timeout(LONG).build());
		this.there.acquireAsync(LockRequest.distributed("a").owner(two).timeout(LONG).build());
		for (DefaultLockManager locks : List.of(this.here, this.there)) {
			Awaitility.await().atMost(Duration.ofSeconds(3)).until(() -> cycles(locks) == 1);
		}
	}

	private static long cycles(DefaultLockManager locks) {
		return locks.detectDeadlocks().stream().filter((deadlock) -> deadlock.kind() == Deadlock.Kind.CYCLE).count();
	}

}
