package io.github.locks.test;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockNames;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockType;
import io.github.locks.memory.MemoryLockBackend;
import org.jspecify.annotations.Nullable;

/**
 * The other party in a test of code that locks: a stranger who holds the lock that the
 * code wants, sees whether it is free, and takes it away.
 *
 * <pre class="code">
 * try (LockHandle held = probe.holdWrite("orders:42")) {
 *     assertThatExceptionOfType(LockTimeoutException.class).isThrownBy(() -> orders.pay(42));
 * }
 * </pre>
 *
 * Every wait is bounded by ten seconds. In mode {@link AutoConfigureLocks.Mode#OFF} there
 * is nobody to stand against: whatever needs a lock then fails at once with
 * {@link UnsupportedOperationException}, and every lock is free. Safe for use by several
 * threads.
 */
public final class LockProbe {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	private final LockManager locks;

	private final @Nullable MemoryLockBackend backend;

	private LockProbe(LockManager locks, @Nullable MemoryLockBackend backend) {
		this.locks = locks;
		this.backend = backend;
	}

	/**
	 * Creates a probe that cannot take locks away.
	 * @param locks the manager of the code under test
	 * @return a probe
	 */
	public static LockProbe of(LockManager locks) {
		return new LockProbe(locks, null);
	}

	/**
	 * Creates a probe.
	 * @param locks the manager of the code under test
	 * @param backend what keeps its distributed locks
	 * @return a probe
	 */
	public static LockProbe of(LockManager locks, MemoryLockBackend backend) {
		return new LockProbe(locks, backend);
	}

	/**
	 * Takes the read lock of a resource for a new owner.
	 * @param resource name of the resource
	 * @return the handle to close
	 * @throws UnsupportedOperationException if locking is off
	 */
	public LockHandle holdRead(String resource) {
		return hold(LockType.READ, resource);
	}

	/**
	 * Takes the write lock of a resource for a new owner.
	 * @param resource name of the resource
	 * @return the handle to close
	 * @throws UnsupportedOperationException if locking is off
	 */
	public LockHandle holdWrite(String resource) {
		return hold(LockType.WRITE, resource);
	}

	/**
	 * Takes the distributed lock of a resource for a new owner.
	 * @param resource name of the resource
	 * @return the handle to close
	 * @throws UnsupportedOperationException if locking is off
	 */
	public LockHandle holdDistributed(String resource) {
		return hold(LockType.DISTRIBUTED, resource);
	}

	private LockHandle hold(LockType type, String resource) {
		requireLocking();
		return this.locks.acquire(asStranger(type, resource).timeout(PATIENCE).build());
	}

	/**
	 * Whether somebody who comes now would get the lock at once. Finds out by taking it
	 * for a moment, which the statistics show.
	 * @param type kind of lock
	 * @param resource name of the resource
	 * @return {@code false} if somebody else holds it or waits for it
	 */
	public boolean isFree(LockType type, String resource) {
		Optional<LockHandle> handle = this.locks.tryAcquire(asStranger(type, resource).build());
		handle.ifPresent(LockHandle::close);
		return handle.isPresent();
	}

	private void requireLocking() {
		if (this.locks instanceof UnlockedManager) {
			throw new UnsupportedOperationException("Locking is off in this test: nobody holds, waits for or loses a"
					+ " lock. Use @AutoConfigureLocks in mode IN_MEMORY.");
		}
	}

	private static LockRequest.Builder asStranger(LockType type, String resource) {
		return LockRequest.of(type, resource).owner(LockOwner.create("probe"));
	}

	/**
	 * Waits until requests wait for a resource, so that a test goes on when the code
	 * under test has come to its lock.
	 * @param resource name of the resource
	 * @param number how many requests at least, for locks of any kind
	 * @throws IllegalStateException if there are still fewer after ten seconds
	 * @throws UnsupportedOperationException if locking is off
	 */
	public void awaitWaiters(String resource, int number) {
		requireLocking();
		long start = System.nanoTime();
		for (int waiters = waiters(resource); waiters < number; waiters = waiters(resource)) {
			if (System.nanoTime() - start > PATIENCE.toNanos() || Thread.currentThread().isInterrupted()) {
				throw new IllegalStateException("Only " + waiters + " instead of " + number + " wait for "
						+ LockNames.quote(resource) + ": " + this.locks.getLockStatus(resource));
			}
			LockSupport.parkNanos(this, PAUSE_NANOS);
		}
	}

	private int waiters(String resource) {
		return this.locks.getLockStatus(resource)
			.stream()
			.flatMap((status) -> status.locks().values().stream())
			.mapToInt((lock) -> lock.waiters().size())
			.sum();
	}

	/**
	 * Takes a distributed lock away from whoever holds it, as if its lease had run out.
	 * When this returns, the holder's handle is lost.
	 * @param resource name of the resource
	 * @throws IllegalStateException if nobody holds it
	 * @throws UnsupportedOperationException if the locks are not kept in memory
	 */
	public void lose(String resource) {
		requireLocking();
		if (this.backend == null) {
			throw new UnsupportedOperationException("Only locks that are kept in memory can be taken away: use"
					+ " @AutoConfigureLocks in mode IN_MEMORY, or LockProbe.of(LockManager, MemoryLockBackend)");
		}
		if (!this.backend.lose(resource)) {
			throw new IllegalStateException(
					"Nobody holds the distributed lock on " + LockNames.quote(resource) + " that was to be lost");
		}
	}

	/**
	 * Takes a distributed lock away from its holder, as if its lease had run out.
	 * @param handle a handle that is held; it is lost when this returns
	 * @throws IllegalStateException if it is not held, or no distributed lock
	 * @throws UnsupportedOperationException if the locks are not kept in memory
	 */
	public void lose(LockHandle handle) {
		requireLocking();
		if (handle.type() != LockType.DISTRIBUTED || !handle.isHeld()) {
			throw new IllegalStateException("Only a distributed lock that is held can be lost, not the " + handle);
		}
		lose(handle.resource());
	}

}
