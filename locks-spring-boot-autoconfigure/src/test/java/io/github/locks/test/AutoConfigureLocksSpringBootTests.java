package io.github.locks.test;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.locks.LockHandle;
import io.github.locks.LockLostException;
import io.github.locks.LockManager;
import io.github.locks.LockType;
import io.github.locks.spi.LockBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mockito.Mockito;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests of {@link AutoConfigureLocks @AutoConfigureLocks} on a whole application, one
 * with a backend and a directory of its own.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
@SpringBootTest(classes = OrderApp.class, webEnvironment = SpringBootTest.WebEnvironment.NONE,
		properties = { "locks.directory=target/never-made", "locks.enabled=false" })
@AutoConfigureLocks
class AutoConfigureLocksSpringBootTests {

	@Autowired
	private OrderApp.Orders orders;

	@Autowired
	private LockProbe probe;

	@Autowired
	private LockManager locks;

	@Test
	void waitersAreAwaited() throws Exception {
		CompletableFuture<String> paid;
		try (LockHandle held = this.probe.holdRead("orders:1")) {
			paid = CompletableFuture.supplyAsync(() -> this.orders.payPatiently(1));
			this.probe.awaitWaiters("orders:1", 1);
			assertThat(paid).isNotDone();
			assertThat(held.isHeld()).isTrue();
		}
		assertThat(paid.get(10, TimeUnit.SECONDS)).isEqualTo("paid 1");
	}

	@Test
	void lostLockEndsTheCallWithAnException() throws Exception {
		CountDownLatch started = new CountDownLatch(1);
		CompletableFuture<String> work = new CompletableFuture<>();
		CompletableFuture<String> call = CompletableFuture.supplyAsync(() -> this.orders.export(started, work));
		assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(this.probe.isFree(LockType.DISTRIBUTED, "orders:export")).isFalse();
		this.probe.lose("orders:export");
		work.complete("exported");
		assertThatExceptionOfType(Exception.class).isThrownBy(() -> call.get(10, TimeUnit.SECONDS))
			.withCauseInstanceOf(LockLostException.class);
		assertThat(this.probe.isFree(LockType.DISTRIBUTED, "orders:export")).isTrue();
	}

	@Test
	void handleIsLostWhenLoseReturns() {
		try (LockHandle held = this.locks.distributedLock("a")) {
			this.probe.lose(held);
			assertThat(held.isLost()).isTrue();
			assertThatIllegalStateException().isThrownBy(() -> this.probe.lose(held));
		}
		assertThatIllegalStateException().isThrownBy(() -> this.probe.lose("a"));
		try (LockHandle local = this.locks.writeLock("a")) {
			assertThatIllegalStateException().isThrownBy(() -> this.probe.lose(local));
		}
	}

	@Test
	void distributedLocksExcludeWithoutADirectory(CapturedOutput output) {
		try (LockHandle held = this.probe.holdDistributed("b")) {
			assertThat(held.isHeld()).isTrue();
			assertThat(this.probe.isFree(LockType.DISTRIBUTED, "b")).isFalse();
		}
		assertThat(this.orders.guarded("b", () -> "done")).isEqualTo("done");
		assertThat(Path.of("target", "never-made")).doesNotExist();
		assertThat(output).doesNotContain("has no effect");
	}

	@TestConfiguration(proxyBeanMethods = false)
	static class BackendOfTheApplication {

		@Bean
		LockBackend serverThatIsNotThere() {
			return Mockito.mock(LockBackend.class);
		}

	}

}
