package io.github.locks.benchmarks;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.concurrent.locks.StampedLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import io.github.locks.LockOwner;
import io.github.locks.spi.LockClock;

/**
 * The locks that are compared: ours, and those of the JDK.
 */
public enum Peer {

	/** The yardstick. */
	RRWL_FAIR("ReentrantReadWriteLock, fair", () -> readWrite(new ReentrantReadWriteLock(true))),

	/** As most people use it. */
	RRWL_NONFAIR("ReentrantReadWriteLock, nonfair", () -> readWrite(new ReentrantReadWriteLock(false))),

	/** What to write without this library, where locks have names. */
	RRWL_FAIR_BY_NAME("ReentrantReadWriteLock, fair, by name from a ConcurrentHashMap", NamedLocks::jdk),

	/** Exclusive only. */
	REENTRANT_FAIR("ReentrantLock, fair", () -> exclusive(new ReentrantLock(true))),

	/** Neither fair nor reentrant. */
	STAMPED("StampedLock", Peer::stamped),

	/** Not reentrant. A writer takes all permits. */
	SEMAPHORE_FAIR("Semaphore, fair", Peer::semaphore),

	/** Our lock itself. */
	ENGINE("our lock itself", () -> new EngineLock(LockClock.COARSE, Duration.ZERO)),

	/** With two looks at the clock of the system for each hold. */
	ENGINE_EXACT("our lock itself, exact times", () -> new EngineLock(LockClock.EXACT, Duration.ZERO)),

	/** May be overtaken, as with {@code locks.fairness=bounded}. */
	ENGINE_BOUNDED("our lock itself, bounded overtaking", () -> new EngineLock(LockClock.COARSE, Duration.ofMillis(1))),

	/** Our lock as users have it. */
	MANAGER("LockManager", () -> NamedLocks.blocking(true)),

	/** Without statistics. */
	MANAGER_NO_STATISTICS("LockManager, statistics off", () -> NamedLocks.blocking(false)),

	/** With meters, which follow each hold. */
	MANAGER_METERED("LockManager with meters", NamedLocks::metered),

	/** Without waiting. */
	MANAGER_TRY("LockManager.tryAcquire", NamedLocks::trying),

	/** By a future that is complete at once. */
	MANAGER_ASYNC("LockManager.acquireAsync", NamedLocks::async);

	private final String label;

	private final Supplier<GuardedWork> factory;

	Peer(String label, Supplier<GuardedWork> factory) {
		this.label = label;
		this.factory = factory;
	}

	GuardedWork create() {
		return this.factory.get();
	}

	@Override
	public String toString() {
		return this.label;
	}

	private static GuardedWork readWrite(ReadWriteLock lock) {
		return new JdkLocks(lock.readLock(), lock.writeLock());
	}

	private static GuardedWork exclusive(Lock lock) {
		return new JdkLocks(lock, lock);
	}

	private static GuardedWork stamped() {
		StampedLock lock = new StampedLock();
		return new GuardedWork() {

			@Override
			public long read(LockOwner owner, LongSupplier work) {
				long stamp = lock.readLock();
				try {
					return work.getAsLong();
				}
				finally {
					lock.unlockRead(stamp);
				}
			}

			@Override
			public long write(LockOwner owner, LongSupplier work) {
				long stamp = lock.writeLock();
				try {
					return work.getAsLong();
				}
				finally {
					lock.unlockWrite(stamp);
				}
			}

		};
	}

	private static GuardedWork semaphore() {
		Semaphore semaphore = new Semaphore(Integer.MAX_VALUE, true);
		return new GuardedWork() {

			@Override
			public long read(LockOwner owner, LongSupplier work) {
				return run(1, work);
			}

			@Override
			public long write(LockOwner owner, LongSupplier work) {
				return run(Integer.MAX_VALUE, work);
			}

			private long run(int permits, LongSupplier work) {
				semaphore.acquireUninterruptibly(permits);
				try {
					return work.getAsLong();
				}
				finally {
					semaphore.release(permits);
				}
			}

		};
	}

	private record JdkLocks(Lock readLock, Lock writeLock) implements GuardedWork {

		@Override
		public long read(LockOwner owner, LongSupplier work) {
			return run(this.readLock, work);
		}

		@Override
		public long write(LockOwner owner, LongSupplier work) {
			return run(this.writeLock, work);
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
