package io.github.locks.support;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.function.Supplier;

import io.github.locks.Deadlock;
import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockRequest;
import io.github.locks.LockType;
import io.github.locks.ResourceStatistics;
import io.github.locks.ResourceStatus;
import io.github.locks.spi.LockBackend;
import io.github.locks.spi.LockListener;
import org.jspecify.annotations.Nullable;

/** Skeleton. */
public final class DefaultLockManager implements LockManager, AutoCloseable {

	private DefaultLockManager() {
	}

	public static Builder builder() {
		return new Builder();
	}

	@Override
	public LockHandle acquire(LockRequest request) {
		throw new UnsupportedOperationException();
	}

	@Override
	public Optional<LockHandle> tryAcquire(LockRequest request) {
		throw new UnsupportedOperationException();
	}

	@Override
	public CompletableFuture<LockHandle> acquireAsync(LockRequest request) {
		throw new UnsupportedOperationException();
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
		throw new UnsupportedOperationException();
	}

	@Override
	public List<ResourceStatistics> getStatistics(String resource) {
		throw new UnsupportedOperationException();
	}

	@Override
	public List<ResourceStatus> getLockStatus() {
		throw new UnsupportedOperationException();
	}

	@Override
	public List<ResourceStatus> getLockStatus(String resource) {
		throw new UnsupportedOperationException();
	}

	@Override
	public List<Deadlock> detectDeadlocks() {
		throw new UnsupportedOperationException();
	}

	@Override
	public void resetStatistics() {
		throw new UnsupportedOperationException();
	}

	@Override
	public void resetStatistics(String resource) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void close() {
	}

	/** Builder: all setters check their value and throw IllegalArgumentException. */
	public static final class Builder {

		/** Lock directory of the file backend, opened by build(). */
		public Builder directory(Path directory) {
			return this;
		}

		/** Backend of distributed locks, opened on first use, closed with the manager. */
		public Builder backend(Supplier<? extends LockBackend> backend) {
			return this;
		}

		public Builder timeout(LockType type, Duration timeout) {
			return this;
		}

		/** Settings of one resource; they win over the defaults. Null: not set. */
		public Builder resource(String resource, @Nullable Duration timeout, @Nullable Duration lease) {
			return this;
		}

		public Builder deadlockCheckInterval(Duration interval) {
			return this;
		}

		public Builder deadlockThreshold(Duration threshold) {
			return this;
		}

		public Builder deadlockPolicy(DeadlockPolicy policy) {
			return this;
		}

		public Builder statistics(boolean enabled) {
			return this;
		}

		public Builder historySize(int historySize) {
			return this;
		}

		public Builder maxResources(int maxResources) {
			return this;
		}

		public Builder idleEviction(Duration idleEviction) {
			return this;
		}

		public Builder shutdownTimeout(Duration shutdownTimeout) {
			return this;
		}

		public Builder listener(LockListener listener) {
			return this;
		}

		public DefaultLockManager build() {
			return new DefaultLockManager();
		}

	}

}
