package io.github.locks.support;

import java.time.Duration;

import io.github.locks.LockHandle;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.memory.MemoryLockBackend;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Who waits behind a lock that was lost, and whose handle is not closed, is told so.
 */
@Timeout(60)
class LostLockTests {

	private final MemoryLockBackend backend = new MemoryLockBackend();

	private final DefaultLockManager locks = DefaultLockManager.builder()
		.backend(() -> this.backend)
		.shutdownTimeout(Duration.ZERO)
		.build();

	@AfterEach
	void close() {
		this.locks.close();
	}

	@Test
	void timeoutNamesTheOwnerWhoseLeaseIsOver() {
		try (LockHandle lost = hold(Duration.ofMillis(50))) {
			Awaitility.await().until(lost::isLost);
			assertThat(timeoutOfAnother()).hasMessageContaining("distributed lock on 'a'")
				.hasMessageContaining("'agent-7' (Jobs.report, process " + ProcessHandle.current().pid() + "@")
				.hasMessageContaining(" has lost it (its lease of 50ms is over) but not closed its handle yet")
				.hasMessageContaining("nobody waits ahead. End the work when its lock is lost")
				.hasMessageNotContaining("not known")
				.hasMessageNotContaining("raise");
		}
		this.locks.distributedLock("a", Duration.ZERO).close();
	}

	@Test
	void timeoutNamesTheOwnerWhoseLockTheBackendForgot() {
		try (LockHandle lost = hold(null)) {
			assertThat(this.backend.lose("a")).isTrue();
			Awaitility.await().until(lost::isLost);
			assertThat(timeoutOfAnother()).hasMessageContaining("'agent-7' (Jobs.report, process ")
				.hasMessageContaining(" has lost it (");
		}
	}

	@Test
	void anotherProcessThatGotTheLockMeanwhileIsAmongTheHolders() {
		try (LockHandle lost = hold(Duration.ofMillis(50));
				DefaultLockManager other = DefaultLockManager.builder().backend(() -> this.backend).build()) {
			Awaitility.await().until(lost::isLost);
			LockOwner next = LockOwner.create("agent-8");
			try (LockHandle held = other.acquire(LockRequest.distributed("a").owner(next).build())) {
				assertThat(held.isHeld()).isTrue();
				LockTimeoutException timeout = timeoutOfAnother();
				assertThat(timeout).hasMessageContaining("'agent-7' (Jobs.report, ");
				assertThat(timeout.holders()).singleElement()
					.satisfies((holder) -> assertThat(holder.owner()).isEqualTo("agent-8"));
			}
		}
	}

	private LockHandle hold(Duration lease) {
		LockRequest.Builder request = LockRequest.distributed("a")
			.owner(LockOwner.create("agent-7"))
			.method("Jobs.report");
		return this.locks.acquire((lease != null) ? request.lease(lease).build() : request.build());
	}

	private LockTimeoutException timeoutOfAnother() {
		return catchThrowableOfType(LockTimeoutException.class,
				() -> this.locks.distributedLock("a", Duration.ofMillis(50)));
	}

}
