package io.github.locks;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.github.locks.Deadlock.Participant;
import io.github.locks.event.LockDeadlockEvent;
import io.github.locks.event.LockLostEvent;
import io.github.locks.event.LockTimeoutEvent;
import io.github.locks.support.DefaultLockManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What people may log cannot forge lines of a log.
 */
class EscapedTextTests {

	private static final String BAD = "a\n2026-11-23 ERROR forged\u001b[31m";

	static Stream<Object> values() {
		Instant now = Instant.now();
		LockHolder holder = new LockHolder(BAD, BAD, now, 1, BAD);
		LockWaiter waiter = new LockWaiter(BAD, BAD, now, 1, 1, BAD);
		Participant participant = new Participant(BAD, List.of(BAD), BAD, 1, BAD, BAD);
		Deadlock deadlock = new Deadlock(Deadlock.Kind.CYCLE, now, List.of(participant));
		LockOperation operation = new LockOperation(now, "read", LockOperation.Kind.ACQUIRED, BAD, BAD, 1);
		return Stream.of(holder, waiter, participant, deadlock, operation,
				new ResourceStatus(BAD, Map.of("read", new LockStatus(List.of(holder), List.of(waiter)))),
				new ResourceStatistics(BAD, Map.of(), List.of(operation)), new LockDeadlockEvent(deadlock),
				new LockTimeoutEvent(BAD, LockType.READ, BAD, BAD, BAD, Duration.ofSeconds(1)),
				new LockLostEvent(BAD, LockType.READ, BAD, BAD, BAD, Duration.ofSeconds(1)),
				LockRequest.read(BAD).build());
	}

	@ParameterizedTest
	@MethodSource("values")
	void textIsOneLine(Object value) {
		assertThat(value.toString()).doesNotContain("\n").doesNotContain("\u001b").contains("\\u000a");
	}

	@Test
	void handleIsOneLine(@TempDir Path directory) {
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory).build();
				LockHandle handle = locks.writeLock(BAD)) {
			assertThat(handle.toString()).doesNotContain("\n").contains("\\u000a");
		}
	}

}
