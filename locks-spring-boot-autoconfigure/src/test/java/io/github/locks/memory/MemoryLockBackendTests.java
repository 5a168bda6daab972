package io.github.locks.memory;

import java.time.Instant;
import java.util.Optional;

import io.github.locks.LockType;
import io.github.locks.LockHandle;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.support.DefaultLockManager;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MemoryLockBackend}.
 */
class MemoryLockBackendTests {

	private final MemoryLockBackend backend = new MemoryLockBackend();

	@Test
	void oneAtATimeAndTokensGrow() {
		Lease first = acquire("a").orElseThrow();
		assertThat(acquire("a")).isEmpty();
		Lease other = acquire("b").orElseThrow();
		this.backend.release(first);
		Lease second = acquire("a").orElseThrow();
		assertThat(first.fencingToken()).isPositive().isLessThan(other.fencingToken());
		assertThat(second.fencingToken()).isGreaterThan(first.fencingToken());
		assertThat(first.resource()).isEqualTo("a");
	}

	@Test
	void releaseNeverTouchesTheLeaseOfSomebodyElse() {
		Lease first = acquire("a").orElseThrow();
		this.backend.release(first);
		Lease second = acquire("a").orElseThrow();
		this.backend.release(first);
		assertThat(this.backend.renew(second)).isTrue();
		assertThat(this.backend.renew(first)).isFalse();
		assertThat(acquire("a")).isEmpty();
	}

	@Test
	void holderIsKnown() {
		assertThat(this.backend.inspect("a")).isEmpty();
		acquire("a");
		assertThat(this.backend.inspect("a")).hasValueSatisfying((holder) -> {
			assertThat(holder.owner()).isEqualTo("owner");
			assertThat(holder.method()).isEqualTo("Jobs.run");
			assertThat(holder.heldMs()).isNotNegative();
		});
	}

	@Test
	void lossReachesTheHolder() {
		try (DefaultLockManager locks = DefaultLockManager.builder().backend(() -> this.backend).build()) {
			assertThat(this.backend.lose("a")).isFalse();
			LockHandle held = locks.distributedLock("a");
			assertThat(this.backend.lose("a")).isTrue();
			Awaitility.await().until(held::isLost);
			held.close();
			locks.distributedLock("a").close();
		}
	}

	private Optional<Lease> acquire(String resource) {
		return this.backend
			.tryAcquire(new LeaseRequest(resource, LockType.DISTRIBUTED, "owner", "Jobs.run", Instant.now()));
	}

}
