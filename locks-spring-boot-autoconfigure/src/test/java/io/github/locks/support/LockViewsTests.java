package io.github.locks.support;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;

import io.github.locks.LockHandle;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.LockType;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of the locks of a manager as {@link Lock} and {@link ReadWriteLock}.
 */
@Timeout(30)
class LockViewsTests {

	private final DefaultLockManager locks = DefaultLockManager.builder()
		.timeout(LockType.WRITE, Duration.ofMillis(50))
		.shutdownTimeout(Duration.ZERO)
		.build();

	@AfterEach
	void close() {
		this.locks.close();
	}

	@Test
	void viewsOfAResourceAreTheSameLock() throws Exception {
		this.locks.lock("a").lock();
		this.locks.readWriteLock("a").writeLock().lock();
		assertThat(tryLockElsewhere(this.locks.readWriteLock("a").readLock())).isFalse();
		this.locks.lock("a").unlock();
		assertThat(tryLockElsewhere(this.locks.lock("a"))).isFalse();
		this.locks.lock("a").unlock();
		assertThat(tryLockElsewhere(this.locks.lock("a"))).isTrue();
	}

	@Test
	void readersShareAndDowngrade() throws Exception {
		ReadWriteLock lock = this.locks.readWriteLock("a");
		lock.writeLock().lock();
		lock.readLock().lock();
		lock.writeLock().unlock();
		assertThat(tryLockElsewhere(lock.readLock())).isTrue();
		assertThat(tryLockElsewhere(lock.writeLock())).isFalse();
		lock.readLock().unlock();
	}

	@Test
	void unlockWithoutLockIsRefused() {
		Lock lock = this.locks.lock("a");
		assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(lock::unlock)
			.withMessageContaining("'a'");
		try (LockHandle held = this.locks.writeLock("a")) {
			assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(lock::unlock);
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	void everyWaitIsBounded() throws Exception {
		try (LockHandle held = holdElsewhere()) {
			assertThatExceptionOfType(LockTimeoutException.class).isThrownBy(this.locks.lock("a")::lock)
				.withMessageContaining("'locks.timeout.write'");
			assertThat(this.locks.lock("a").tryLock(1, TimeUnit.MILLISECONDS)).isFalse();
			assertThat(this.locks.lock("a").tryLock()).isFalse();
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	void hugeTimesDoNotOverflow() throws Exception {
		for (TimeUnit unit : TimeUnit.values()) {
			assertThat(this.locks.lock("a").tryLock(Long.MAX_VALUE, unit)).isTrue();
			this.locks.lock("a").unlock();
			assertThat(this.locks.lock("a").tryLock(Long.MIN_VALUE, unit)).isTrue();
			this.locks.lock("a").unlock();
		}
	}

	@Test
	void tryLockDoesNotOvertake() {
		LockHandle reader = this.locks.acquire(LockRequest.read("a").owner(LockOwner.create("reader")).build());
		CompletableFuture<LockHandle> writer = this.locks
			.acquireAsync(LockRequest.write("a").timeout(Duration.ofSeconds(10)).build());
		assertThat(this.locks.readWriteLock("a").readLock().tryLock()).isFalse();
		reader.close();
		writer.join().close();
	}

	@Test
	void lockSurvivesAnInterruptAndKeepsTheFlag() throws Exception {
		LockHandle held = holdElsewhere();
		CompletableFuture<Boolean> flag = new CompletableFuture<>();
		Thread waiter = new Thread(() -> {
			Lock lock = this.locks.readWriteLock("a").readLock();
			lock.lock();
			flag.complete(Thread.currentThread().isInterrupted());
			lock.unlock();
		});
		waiter.start();
		Awaitility.await().until(() -> this.locks.getStatistics("a").get(0).locks().get("read").currentWaiters() == 1);
		waiter.interrupt();
		held.close();
		assertThat(flag.get()).isTrue();
		waiter.join();
	}

	@Test
	void interruptibleWaitsEndWithTheFlagCleared() throws Exception {
		try (LockHandle held = holdElsewhere()) {
			Thread.currentThread().interrupt();
			assertThatExceptionOfType(InterruptedException.class).isThrownBy(this.locks.lock("a")::lockInterruptibly);
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	void conditionsAreNotSupported() {
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(this.locks.lock("a")::newCondition);
	}

	private LockHandle holdElsewhere() {
		return this.locks.acquire(LockRequest.write("a").owner(LockOwner.create("elsewhere")).build());
	}

	private static boolean tryLockElsewhere(Lock lock) throws Exception {
		return CompletableFuture.supplyAsync(() -> {
			boolean locked = lock.tryLock();
			if (locked) {
				lock.unlock();
			}
			return locked;
		}).get();
	}

}
