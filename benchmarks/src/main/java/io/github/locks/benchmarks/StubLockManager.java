package io.github.locks.benchmarks;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;

import io.github.locks.Deadlock;
import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockType;
import io.github.locks.ResourceStatistics;
import io.github.locks.ResourceStatus;

/**
 * Grants everything at once, with one handle for all: what remains is what the
 * interceptor costs.
 */
final class StubLockManager implements LockManager {

	private static final LockHandle HANDLE = new StubHandle();

	@Override
	public LockHandle acquire(LockRequest request) {
		return HANDLE;
	}

	@Override
	public Optional<LockHandle> tryAcquire(LockRequest request) {
		return Optional.of(HANDLE);
	}

	@Override
	public CompletableFuture<LockHandle> acquireAsync(LockRequest request) {
		return CompletableFuture.completedFuture(HANDLE);
	}

	@Override
	public ReadWriteLock readWriteLock(String resource) {
		throw new UnsupportedOperationException();
	}

	@Override
	public Lock lock(String resource) {
		throw new UnsupportedOperationException();
	}

	@Override
	public List<ResourceStatistics> getStatistics() {
		return List.of();
	}

	@Override
	public List<ResourceStatistics> getStatistics(String resource) {
		return List.of();
	}

	@Override
	public List<ResourceStatus> getLockStatus() {
		return List.of();
	}

	@Override
	public List<ResourceStatus> getLockStatus(String resource) {
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
	}

	private static final class StubHandle implements LockHandle {

		private final LockOwner owner = LockOwner.create("stub");

		@Override
		public String resource() {
			return "stub";
		}

		@Override
		public LockType type() {
			return LockType.WRITE;
		}

		@Override
		public LockOwner owner() {
			return this.owner;
		}

		@Override
		public long fencingToken() {
			return 1;
		}

		@Override
		public boolean isHeld() {
			return true;
		}

		@Override
		public boolean isLost() {
			return false;
		}

		@Override
		public void onLost(Runnable action) {
		}

		@Override
		public void close() {
		}

	}

}
