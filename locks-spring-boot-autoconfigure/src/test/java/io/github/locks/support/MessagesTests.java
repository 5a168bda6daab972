package io.github.locks.support;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.github.locks.LockHandle;
import io.github.locks.LockOperation;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.memory.MemoryLockBackend;
import io.github.locks.spi.LockBackend;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of what a lock manager says: in the log, in failures, and of times.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class MessagesTests {

	private final MemoryLockBackend memory = new MemoryLockBackend();

	@Test
	void directoryIsLoggedOnceWhenItIsOpened(@TempDir Path directory, CapturedOutput output) {
		String line = "Distributed locks are kept by the lock directory '" + directory + "'";
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory).build()) {
			locks.distributedLock("a").close();
			locks.distributedLock("b").close();
		}
		assertThat(output.toString().split(line, -1)).hasSize(2);
	}

	@Test
	void backendThatNobodyNeedsIsNotLogged(CapturedOutput output) {
		try (DefaultLockManager locks = manager(this.memory)) {
			locks.writeLock("a").close();
			assertThat(output).doesNotContain("Distributed locks are kept");
			locks.distributedLock("a").close();
			assertThat(output).contains("Distributed locks are kept by the memory of this process");
		}
	}

	@Test
	void closingSaysForWhomItWaitsBeforeItDoes(CapturedOutput output) {
		try (DefaultLockManager locks = DefaultLockManager.builder().shutdownTimeout(Duration.ofMinutes(1)).build()) {
			LockHandle held = locks
				.acquire(LockRequest.write("a").owner(LockOwner.create("job")).method("Jobs.run").build());
			Thread closing = new Thread(locks::close);
			closing.start();
			Awaitility.await()
				.untilAsserted(() -> assertThat(output)
					.contains("Closing waits for locks that are held, up to 'locks.shutdown-timeout' = 60s: 'a' held by"
							+ " 'job' (Jobs.run, "));
			assertThat(closing.isAlive()).isTrue();
			held.close();
		}
		assertThat(output).doesNotContain("Closing while locks are held");
	}

	@Test
	void leaseThatIsOverIsLoggedWithMethodAndRemedy(CapturedOutput output) {
		try (DefaultLockManager locks = manager(this.memory)) {
			LockHandle held = locks.acquire(LockRequest.distributed("a")
				.owner(LockOwner.create("job"))
				.method("Jobs.run")
				.lease(Duration.ofMillis(500))
				.build());
			Awaitility.await().until(held::isLost);
			Awaitility.await()
				.untilAsserted(() -> assertThat(output)
					.containsPattern("Lost the distributed lock on 'a' in Jobs\\.run, held by 'job' for \\d+ ms")
					.contains("its lease of 500ms is over. Give work that needs longer a longer 'lease'")
					.doesNotContain("(LOST)"));
			held.close();
		}
	}

	@Test
	void lockThatTheBackendHasNotKeptIsLoggedWithItsCause(CapturedOutput output) {
		try (DefaultLockManager locks = manager(this.memory)) {
			LockHandle held = locks.distributedLock("a");
			this.memory.lose("a");
			Awaitility.await()
				.untilAsserted(
						() -> assertThat(output).contains("the backend does not keep it any more; in a lock directory,"
								+ " because its file was removed or replaced"));
			held.close();
		}
	}

	@Test
	void deadlockIsLoggedWithTimesAndRemedy(CapturedOutput output) {
		try (DefaultLockManager locks = manager(this.memory)) {
			LockOwner one = LockOwner.create("one");
			LockOwner two = LockOwner.create("two");
			locks.acquire(LockRequest.write("a").owner(one).build());
			locks.acquire(LockRequest.write("b").owner(two).build());
			locks.acquireAsync(LockRequest.write("b").owner(one).build());
			locks.acquireAsync(LockRequest.write("a").owner(two).build());
			assertThat(output).containsPattern("Deadlock: .*'two' holds \\['b'] and has waited for 'a' for \\d+ ms")
				.contains("Take locks in the same order everywhere, or set 'locks.deadlock.policy' to 'break'.");
		}
	}

	@Test
	void whoDoesNotWaitIsToldSo() {
		try (DefaultLockManager locks = manager(this.memory); LockHandle held = locks.writeLock("a")) {
			for (Duration timeout : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
				assertThatExceptionOfType(LockTimeoutException.class)
					.isThrownBy(() -> locks
						.acquire(LockRequest.write("a").owner(LockOwner.create("o")).timeout(timeout).build()))
					.withMessageContaining("Could not get the write lock on 'a' at once, without waiting: held by")
					.withMessageEndingWith("To wait for it, set the timeout given by the caller to more than zero.");
			}
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	void holdBeganAtTheSameTimeWheneverItIsRead() throws Exception {
		try (DefaultLockManager locks = manager(this.memory); LockHandle held = locks.writeLock("a")) {
			locks.acquireAsync(LockRequest.write("a").build());
			Set<Instant> seen = ConcurrentHashMap.newKeySet();
			for (int i = 0; i < 1_000; i++) {
				locks.getLockStatus("a").get(0).locks().values().forEach((lock) -> {
					lock.holders().forEach((holder) -> seen.add(holder.since()));
					lock.waiters().forEach((waiter) -> seen.add(waiter.since()));
				});
				locks.getStatistics("a").get(0).recentOperations().forEach((operation) -> seen.add(operation.time()));
			}
			assertThat(seen).as("the grant, the request").hasSize(2);
			assertThat(seen).allSatisfy((time) -> assertThat(Duration.between(time, Instant.now()))
				.isBetween(Duration.ofMillis(-600), Duration.ofSeconds(30)));
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	void releaseTellsTheWaitOfItsGrant() throws Exception {
		try (DefaultLockManager locks = manager(this.memory)) {
			LockHandle first = locks.writeLock("a");
			var waiting = locks.acquireAsync(LockRequest.write("a").build());
			first.close();
			waiting.get(10, TimeUnit.SECONDS).close();
			locks.distributedLock("a").close();
			List<LockOperation> operations = locks.getStatistics("a").get(0).recentOperations();
			for (LockOperation.Kind kind : List.of(LockOperation.Kind.ACQUIRED, LockOperation.Kind.RELEASED)) {
				assertThat(operations).filteredOn((operation) -> operation.operation() == kind).hasSize(3);
			}
			assertThat(waits(operations, LockOperation.Kind.RELEASED))
				.containsExactlyInAnyOrderElementsOf(waits(operations, LockOperation.Kind.ACQUIRED));
		}
	}

	private static List<Double> waits(List<LockOperation> operations, LockOperation.Kind kind) {
		return operations.stream()
			.filter((operation) -> operation.operation() == kind)
			.map(LockOperation::waitTimeMs)
			.toList();
	}

	private static DefaultLockManager manager(LockBackend backend) {
		return DefaultLockManager.builder().backend(() -> backend).shutdownTimeout(Duration.ZERO).build();
	}

}
