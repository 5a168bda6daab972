package io.github.locks.support;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.locks.LockHandle;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockType;
import io.github.locks.memory.MemoryLockBackend;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Races of requests with the eviction of the resource that they ask for: whoever gets the
 * lock gets that of the resource that others find too.
 */
@Timeout(120)
class EvictionRaceTests {

	private static final int ROUNDS = 20_000;

	@ParameterizedTest
	@EnumSource
	void lockThatIsHeldIsThatOfTheTable(LockType type) {
		AtomicBoolean done = new AtomicBoolean();
		MemoryLockBackend backend = new MemoryLockBackend();
		try (DefaultLockManager locks = DefaultLockManager.builder().backend(() -> backend).maxResources(1).build()) {
			CompletableFuture<Void> evicting = CompletableFuture.runAsync(() -> {
				for (int i = 0; !done.get(); i++) {
					locks.readLock("other-" + i % 3).close();
				}
			}, (task) -> new Thread(task).start());
			LockRequest request = LockRequest.of(type, "a").build();
			LockRequest stranger = LockRequest.of((type == LockType.READ) ? LockType.WRITE : type, "a")
				.owner(LockOwner.create("stranger"))
				.build();
			for (int i = 0; i < ROUNDS; i++) {
				try (LockHandle held = locks.acquire(request)) {
					assertThat(locks.getLockStatus("a")).hasSize(1);
					assertThat(locks.tryAcquire(stranger)).isEmpty();
					assertThat(held.isHeld()).isTrue();
				}
			}
			done.set(true);
			evicting.join();
		}
		finally {
			done.set(true);
		}
	}

}
