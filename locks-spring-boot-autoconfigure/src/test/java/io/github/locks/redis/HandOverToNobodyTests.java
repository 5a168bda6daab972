package io.github.locks.redis;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

import io.github.locks.LockType;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.ReleaseWatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of locks that are handed to somebody who does not come, or turns away.
 */
@Timeout(60)
class HandOverToNobodyTests {

	private static final LeaseRequest REQUEST = new LeaseRequest("a", LockType.DISTRIBUTED, "o", null, Instant.now());

	private LettuceConnectionFactory connections;

	private RedisLockBackend here;

	private RedisLockBackend there;

	@BeforeEach
	void open() {
		this.connections = RedisServer.lettuce();
		String prefix = "nobody-" + UUID.randomUUID();
		this.here = new RedisLockBackend(this.connections, Duration.ofSeconds(2), prefix);
		this.there = new RedisLockBackend(this.connections, Duration.ofSeconds(2), prefix);
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
	void whoeverDoesNotComeLosesItsTurnAndHasNotCrashed() {
		Lease held = this.here.tryAcquire(REQUEST).orElseThrow();
		waitThere();
		this.here.release(held);
		assertThat(this.here.tryAcquire(REQUEST)).as("it is that of who waits").isEmpty();
		Lease next = Awaitility.await().until(() -> this.here.tryAcquire(REQUEST), Optional::isPresent).orElseThrow();
		assertThat(next.previousHolderCrashed()).isFalse();
		this.here.release(next);
	}

	@Test
	void crashIsToldToWhoeverComes() {
		this.here.tryAcquire(REQUEST).orElseThrow();
		Lease held = Awaitility.await().until(() -> this.here.tryAcquire(REQUEST), Optional::isPresent).orElseThrow();
		assertThat(held.previousHolderCrashed()).as("nobody has renewed it").isTrue();
		// It runs out as well, and is given to somebody who turns away.
		ReleaseWatch watch = waitThere();
		Awaitility.await().pollDelay(Duration.ofMillis(2100)).until(() -> true);
		this.here.release(held);
		watch.close();
		Lease next = Awaitility.await().until(() -> this.here.tryAcquire(REQUEST), Optional::isPresent).orElseThrow();
		assertThat(next.previousHolderCrashed()).isTrue();
		this.here.release(next);
		Lease last = this.there.tryAcquire(REQUEST).orElseThrow();
		assertThat(last.previousHolderCrashed()).isFalse();
		this.there.release(last);
	}

	/** Takes a place in the queue, and does not ask again. */
	private ReleaseWatch waitThere() {
		ReleaseWatch watch = this.there.watch(REQUEST, () -> {
		});
		assertThat(this.there.tryAcquire(REQUEST)).isEmpty();
		return watch;
	}

}
