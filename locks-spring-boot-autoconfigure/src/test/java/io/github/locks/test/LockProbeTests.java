package io.github.locks.test;

import java.util.concurrent.CompletableFuture;

import io.github.locks.LockHandle;
import io.github.locks.LockRequest;
import io.github.locks.LockType;
import io.github.locks.memory.MemoryLockBackend;
import io.github.locks.support.DefaultLockManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link LockProbe} without Spring.
 */
@Timeout(60)
class LockProbeTests {

	private final MemoryLockBackend backend = new MemoryLockBackend();

	private final DefaultLockManager locks = DefaultLockManager.builder().backend(() -> this.backend).build();

	private final LockProbe probe = LockProbe.of(this.locks, this.backend);

	@AfterEach
	void close() {
		this.locks.close();
	}

	@Test
	void holdsAsAStrangerEveryTime() {
		try (LockHandle one = this.probe.holdRead("a"); LockHandle two = this.probe.holdRead("a")) {
			assertThat(one.owner()).isNotEqualTo(two.owner());
			assertThat(this.probe.isFree(LockType.READ, "a")).isTrue();
			assertThat(this.probe.isFree(LockType.WRITE, "a")).isFalse();
			assertThat(this.probe.isFree(LockType.DISTRIBUTED, "a")).isTrue();
		}
		assertThat(this.probe.isFree(LockType.WRITE, "a")).isTrue();
	}

	@Test
	void awaitsAsManyWaitersAsAskedFor() {
		try (LockHandle held = this.probe.holdWrite("a")) {
			this.probe.awaitWaiters("a", 0);
			CompletableFuture<LockHandle> one = this.locks.acquireAsync(LockRequest.read("a").build());
			CompletableFuture<LockHandle> two = this.locks.acquireAsync(LockRequest.write("a").build());
			this.probe.awaitWaiters("a", 2);
			one.cancel(true);
			two.cancel(true);
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	void givesUpAwaitingAndSaysWhatItSaw() {
		Thread.currentThread().interrupt();
		try {
			assertThatIllegalStateException().isThrownBy(() -> this.probe.awaitWaiters("a", 2))
				.withMessageContaining("Only 0 instead of 2 wait for 'a'");
		}
		finally {
			Thread.interrupted();
		}
	}

	@Test
	void losesOnlyWhatItsBackendKeeps() {
		LockHandle held = this.probe.holdDistributed("a");
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> LockProbe.of(this.locks).lose(held));
		this.probe.lose(held);
		assertThat(held.isLost()).isTrue();
		held.close();
	}

}
