package io.github.locks.sample;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.test.AutoConfigureLocks;
import io.github.locks.test.LockProbe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link LockAlerts}.
 */
@SpringBootTest(classes = LockAlerts.class)
@AutoConfigureLocks
@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class LockAlertsTests {

	@Autowired
	LockManager locks;

	@Autowired
	LockProbe probe;

	@Test
	void timeoutIsLogged(CapturedOutput output) {
		try (LockHandle held = this.probe.holdWrite("episodes")) {
			assertThatExceptionOfType(LockTimeoutException.class)
				.isThrownBy(() -> this.locks.readLock("episodes", Duration.ofMillis(1)));
			awaitLine(output, "Too busy: .*resource='episodes'");
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	void lossIsLogged(CapturedOutput output) {
		try (LockHandle held = this.probe.holdDistributed("digest:work")) {
			this.probe.lose(held);
			awaitLine(output, "Too slow: .*resource='digest:work'");
		}
	}

	@Test
	void deadlockIsLogged(CapturedOutput output) {
		LockOwner one = LockOwner.create("one");
		LockOwner other = LockOwner.create("other");
		try (LockHandle a1 = this.locks.acquire(write("agents:a1", one));
				LockHandle a2 = this.locks.acquire(write("agents:a2", other))) {
			CompletableFuture<LockHandle> waiting = this.locks.acquireAsync(write(a2.resource(), one));
			CompletableFuture<LockHandle> closing = this.locks.acquireAsync(write(a1.resource(), other));
			awaitLine(output, "Stuck: .*agents:a1.*");
			waiting.cancel(true);
			closing.cancel(true);
		}
	}

	private static LockRequest write(String resource, LockOwner owner) {
		return LockRequest.write(resource).owner(owner).build();
	}

	private static void awaitLine(CapturedOutput output, String line) {
		await().untilAsserted(() -> assertThat(output).containsPattern(line));
	}

}
