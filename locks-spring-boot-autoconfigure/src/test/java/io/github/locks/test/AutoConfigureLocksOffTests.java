package io.github.locks.test;

import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;

import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockType;
import io.github.locks.support.DefaultLockManager;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of {@link AutoConfigureLocks @AutoConfigureLocks} in mode OFF.
 */
@WebMvcTest(OrderApp.OrderController.class)
@ContextConfiguration(classes = OrderApp.class)
@Import(OrderApp.Orders.class)
@AutoConfigureLocks(mode = AutoConfigureLocks.Mode.OFF)
class AutoConfigureLocksOffTests {

	@Autowired
	private MockMvcTester mvc;

	@Autowired
	private LockProbe probe;

	@Autowired
	private LockManager locks;

	@Autowired
	private ObjectProvider<DefaultLockManager> realManagers;

	@Test
	void nobodyIsKeptOut() {
		try (LockHandle held = this.locks.acquire(LockRequest.write("orders:1").owner(LockOwner.create("h")).build());
				LockHandle other = this.locks
					.acquire(LockRequest.write("orders:1").owner(LockOwner.create("o")).build())) {
			assertThat(this.mvc.get().uri("/pay/1")).hasStatusOk();
			assertThat(this.probe.isFree(LockType.WRITE, "orders:1")).isTrue();
			assertThat(held.isHeld() && other.isHeld()).isTrue();
			assertThat(other.fencingToken()).isGreaterThan(held.fencingToken());
		}
		assertThat(this.realManagers.getIfAvailable()).isNull();
	}

	@Test
	void everyMethodOfTheManagerAnswers() {
		LockHandle handle = this.locks.acquireAsync(LockRequest.distributed("a").build()).join();
		assertThat(handle.owner()).isEqualTo(LockOwner.current());
		assertThat(handle.type()).isEqualTo(LockType.DISTRIBUTED);
		assertThat(handle.resource()).isEqualTo("a");
		handle.onLost(() -> {
		});
		handle.close();
		assertThat(handle.isHeld() || handle.isLost()).isFalse();
		ReadWriteLock views = this.locks.readWriteLock("a");
		views.writeLock().lock();
		assertThat(views.readLock().tryLock()).isTrue();
		assertThat(this.locks.lock("a").tryLock()).isTrue();
		views.writeLock().unlock();
		this.locks.resetStatistics();
		this.locks.resetStatistics("a");
		assertThat(this.locks.getStatistics()).isEmpty();
		assertThat(this.locks.getStatistics("a")).isEmpty();
		assertThat(this.locks.getLockStatus()).isEmpty();
		assertThat(this.locks.getLockStatus("a")).isEmpty();
		assertThat(this.locks.detectDeadlocks()).isEmpty();
	}

	@Test
	void requestThatIsNullIsRefusedAsTheRealManagerDoes() {
		for (ThrowingCallable call : List.<ThrowingCallable>of(() -> this.locks.acquire(null),
				() -> this.locks.tryAcquire(null), () -> this.locks.acquireAsync(null))) {
			assertThatIllegalArgumentException().isThrownBy(call).withMessage("'request' must not be null");
		}
	}

	@Test
	void probeSaysAtOnceThatThereIsNobodyToStandAgainst() {
		for (ThrowingCallable call : List.<ThrowingCallable>of(() -> this.probe.lose("a"),
				() -> this.probe.lose(this.locks.distributedLock("a")), () -> this.probe.holdRead("a"),
				() -> this.probe.holdWrite("a"), () -> this.probe.holdDistributed("a"),
				() -> this.probe.awaitWaiters("a", 1))) {
			assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(call)
				.withMessageContaining("Locking is off")
				.withMessageContaining("IN_MEMORY");
		}
	}

}
