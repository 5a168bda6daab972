package io.github.locks.benchmarks;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;

import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.metrics.LocksMetrics;
import io.github.locks.support.DefaultLockManager;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

/**
 * Locks that are looked up by name for each use: one of a thousand known names.
 */
final class NamedLocks {

	private static final int COUNT = 1000;

	private static final String NAME = name(COUNT / 2);

	private NamedLocks() {
	}

	static GuardedWork blocking(boolean statistics) {
		return new Managed(manager(statistics), LockManager::readLock, LockManager::writeLock);
	}

	/** With a meter registry, as in an application with the Actuator. */
	static GuardedWork metered() {
		LocksMetrics metrics = new LocksMetrics(new SimpleMeterRegistry(), "memory");
		return new Managed(filled(DefaultLockManager.builder().listener(metrics).build()), LockManager::readLock,
				LockManager::writeLock);
	}

	static GuardedWork trying() {
		return new Managed(manager(true),
				(locks, name) -> locks.tryAcquire(LockRequest.read(name).build()).orElseThrow(),
				(locks, name) -> locks.tryAcquire(LockRequest.write(name).build()).orElseThrow());
	}

	static GuardedWork async() {
		return new Managed(manager(true), (locks, name) -> locks.acquireAsync(LockRequest.read(name).build()).join(),
				(locks, name) -> locks.acquireAsync(LockRequest.write(name).build()).join());
	}

	static GuardedWork jdk() {
		Map<String, ReadWriteLock> locks = new ConcurrentHashMap<>();
		for (int i = 0; i < COUNT; i++) {
			locks.put(name(i), new ReentrantReadWriteLock(true));
		}
		return new Mapped(locks);
	}

	private static LockManager manager(boolean statistics) {
		return filled(DefaultLockManager.builder().statistics(statistics).build());
	}

	private static LockManager filled(LockManager locks) {
		for (int i = 0; i < COUNT; i++) {
			locks.readLock(name(i)).close();
			locks.writeLock(name(i)).close();
		}
		return locks;
	}

	private static String name(int number) {
		return "orders:" + number;
	}

	private record Managed(LockManager locks, BiFunction<LockManager, String, LockHandle> readLock,
			BiFunction<LockManager, String, LockHandle> writeLock) implements GuardedWork {

		@Override
		public long read(LockOwner owner, LongSupplier work) {
			try (LockHandle held = this.readLock.apply(this.locks, NAME)) {
				return work.getAsLong();
			}
		}

		@Override
		public long write(LockOwner owner, LongSupplier work) {
			try (LockHandle held = this.writeLock.apply(this.locks, NAME)) {
				return work.getAsLong();
			}
		}

	}

	private record Mapped(Map<String, ReadWriteLock> locks) implements GuardedWork {

		@Override
		public long read(LockOwner owner, LongSupplier work) {
			return run(lock().readLock(), work);
		}

		@Override
		public long write(LockOwner owner, LongSupplier work) {
			return run(lock().writeLock(), work);
		}

		private ReadWriteLock lock() {
			ReadWriteLock lock = this.locks.get(NAME);
			return (lock != null) ? lock : this.locks.computeIfAbsent(NAME, (name) -> new ReentrantReadWriteLock(true));
		}

		private static long run(Lock lock, LongSupplier work) {
			lock.lock();
			try {
				return work.getAsLong();
			}
			finally {
				lock.unlock();
			}
		}

	}

}
