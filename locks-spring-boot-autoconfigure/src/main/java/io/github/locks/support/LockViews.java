package io.github.locks.support;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;

import io.github.locks.LockHandle;
import io.github.locks.LockInterruptedException;
import io.github.locks.LockNames;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.LockType;
import org.jspecify.annotations.Nullable;

/**
 * The locks of a manager as {@link Lock} and {@link ReadWriteLock}. What was locked
 * through a view is remembered by owner, as {@code unlock()} has no handle to name.
 */
final class LockViews {

	private final LockRuntime runtime;

	private final Failures failures;

	private final Map<Key, Deque<LockHandle>> handles = new ConcurrentHashMap<>();

	LockViews(LockRuntime runtime, Failures failures) {
		this.runtime = runtime;
		this.failures = failures;
	}

	ReadWriteLock readWriteLock(String resource) {
		return new ReadWriteView(view(resource, LockType.READ), view(resource, LockType.WRITE));
	}

	Lock view(String resource, LockType type) {
		return new View(LockNames.check(resource), type);
	}

	/**
	 * Who locked what through a view.
	 *
	 * @param resource name of the resource
	 * @param type kind of lock
	 * @param owner the owner
	 */
	private record Key(String resource, LockType type, LockOwner owner) {
	}

	/**
	 * Both sides of a read/write lock.
	 *
	 * @param readLock the read side
	 * @param writeLock the write side
	 */
	private record ReadWriteView(Lock readLock, Lock writeLock) implements ReadWriteLock {
	}

	/**
	 * One side.
	 */
	private final class View implements Lock {

		private final String resource;

		private final LockType type;

		View(String resource, LockType type) {
			this.resource = resource;
			this.type = type;
		}

		@Override
		public void lock() {
			remember(BlockingAcquire.acquire(LockViews.this.runtime, LockViews.this.failures, request(null), false));
		}

		@Override
		public void lockInterruptibly() throws InterruptedException {
			acquire(null);
		}

		@Override
		public boolean tryLock() {
			LockHandle handle = BlockingAcquire.tryAcquire(LockViews.this.runtime, LockViews.this.failures,
					request(null));
			Optional.ofNullable(handle).ifPresent(this::remember);
			return handle != null;
		}

		@Override
		public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
			try {
				acquire(Duration.ofNanos(unit.toNanos(time)));
				return true;
			}
			catch (LockTimeoutException ex) {
				return false;
			}
		}

		private void acquire(@Nullable Duration timeout) throws InterruptedException {
			try {
				remember(BlockingAcquire.acquire(LockViews.this.runtime, LockViews.this.failures, request(timeout),
						true));
			}
			catch (LockInterruptedException ex) {
				Thread.interrupted();
				throw (InterruptedException) new InterruptedException(ex.getMessage()).initCause(ex);
			}
		}

		@Override
		public void unlock() {
			LockHandle[] last = new LockHandle[1];
			LockViews.this.handles.computeIfPresent(key(), (key, open) -> {
				last[0] = open.removeLast();
				return open.isEmpty() ? null : open;
			});
			if (last[0] == null) {
				throw new IllegalMonitorStateException("The " + this + " is not locked through a view by '"
						+ LockOwner.current() + "'. Only who called lock() may call unlock(), once for each.");
			}
			last[0].close();
		}

		@Override
		public Condition newCondition() {
			throw new UnsupportedOperationException("Locks for resources have no conditions");
		}

		private void remember(LockHandle handle) {
			LockViews.this.handles.compute(key(), (key, known) -> {
				Deque<LockHandle> open = (known != null) ? known : new ArrayDeque<>(2);
				open.addLast(handle);
				return open;
			});
		}

		private Key key() {
			return new Key(this.resource, this.type, LockOwner.current());
		}

		private LockRequest request(@Nullable Duration timeout) {
			LockRequest.Builder request = LockRequest.of(this.type, this.resource);
			return ((timeout != null) ? request.timeout(timeout) : request).build();
		}

		@Override
		public String toString() {
			return this.type.key() + " lock on " + LockNames.quote(this.resource);
		}

	}

}
