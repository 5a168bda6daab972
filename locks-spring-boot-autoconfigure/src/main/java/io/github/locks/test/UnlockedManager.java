package io.github.locks.test;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;

import io.github.locks.Deadlock;
import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockNames;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.ResourceStatistics;
import io.github.locks.ResourceStatus;

/**
 * A lock manager whose locks exclude nobody and that knows nothing.
 */
final class UnlockedManager implements LockManager {

	private final AtomicLong lastToken = new AtomicLong();

	@Override
	public LockHandle acquire(LockRequest request) {
		if (request == null) {
			throw new IllegalArgumentException("'request' must not be null");
		}
		LockOwner owner = request.owner();
		return new UnlockedHandle(request.resource(), request.type(), (owner != null) ? owner : LockOwner.current(),
				this.lastToken.incrementAndGet());
	}

	@Override
	public Optional<LockHandle> tryAcquire(LockRequest request) {
		return Optional.of(acquire(request));
	}

	@Override
	public CompletableFuture<LockHandle> acquireAsync(LockRequest request) {
		return CompletableFuture.completedFuture(acquire(request));
	}

	@Override
	public ReadWriteLock readWriteLock(String resource) {
		LockNames.check(resource);
		return new UnlockedReadWriteLock(new UnlockedLock(), new UnlockedLock());
	}

	@Override
	public Lock lock(String resource) {
		return readWriteLock(resource).writeLock();
	}

	@Override
	public List<ResourceStatistics> getStatistics() {
		return List.of();
	}

	@Override
	public List<ResourceStatistics> getStatistics(String resource) {
		LockNames.check(resource);
		return List.of();
	}

	@Override
	public List<ResourceStatus> getLockStatus() {
		return List.of();
	}

	@Override
	public List<ResourceStatus> getLockStatus(String resource) {
		LockNames.check(resource);
		return List.of();
	}

	@Override
	public List<Deadlock> detectDeadlocks() {
		return List.of();
	}

	@Override
	public void resetStatistics() {
	}

	@Override
	public void resetStatistics(String resource) {
		LockNames.check(resource);
	}

	/**
	 * Both sides of nothing.
	 *
	 * @param readLock the read side
	 * @param writeLock the write side
	 */
	private record UnlockedReadWriteLock(Lock readLock, Lock writeLock) implements ReadWriteLock {
	}

	/**
	 * A lock that everybody gets.
	 */
	private static final class UnlockedLock implements Lock {

		@Override
		public void lock() {
		}

		@Override
		public void lockInterruptibly() {
		}

		@Override
		public boolean tryLock() {
			return true;
		}

		@Override
		public boolean tryLock(long time, TimeUnit unit) {
			return true;
		}

		@Override
		public void unlock() {
		}

		@Override
		public Condition newCondition() {
			throw new UnsupportedOperationException("Locks for resources have no conditions");
		}

	}

}
