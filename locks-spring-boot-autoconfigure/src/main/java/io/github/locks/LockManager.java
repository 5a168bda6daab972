package io.github.locks;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;

/**
 * The source of all locks of an application: hands them out, knows who holds and who
 * waits, and keeps the statistics.
 * <p>
 * <b>Acquisition order.</b> Requests for a resource are served first come, first served.
 * Readers that stand together at the head of the queue enter together; a reader that
 * arrives behind a waiting writer waits.
 * <p>
 * <b>Reentrancy.</b> Locks belong to {@linkplain LockOwner owners}. An owner that writes
 * may read and write again, an owner that reads may read again, even while a writer
 * waits. An owner that only reads and asks to write gets a {@link LockUpgradeException}
 * at once.
 * <p>
 * <b>Waiting.</b> Every wait ends: with the lock, a {@link LockTimeoutException} (never
 * early), a {@link LockInterruptedException}, a {@link DeadlockException} or a
 * {@link LockBackendException}. A timeout of zero or less tries once.
 * <p>
 * <b>Resources.</b> The read and the write lock of a name exclude each other; the
 * distributed lock of the same name is a lock of its own. Names are 1 to 512 code points,
 * all others are refused with {@link InvalidLockNameException}.
 * <p>
 * Implementations are safe for use by several threads.
 */
public interface LockManager {

	/**
	 * Acquires the read lock, waiting for the default timeout at most.
	 * @param resource name of the resource
	 * @return the handle to close
	 */
	default LockHandle readLock(String resource) {
		return acquire(LockRequest.read(resource).build());
	}

	/**
	 * Acquires the read lock.
	 * @param resource name of the resource
	 * @param timeout how long to wait; zero or less: try once
	 * @return the handle to close
	 */
	default LockHandle readLock(String resource, Duration timeout) {
		return acquire(LockRequest.read(resource).timeout(timeout).build());
	}

	/**
	 * Acquires the write lock, waiting for the default timeout at most.
	 * @param resource name of the resource
	 * @return the handle to close
	 */
	default LockHandle writeLock(String resource) {
		return acquire(LockRequest.write(resource).build());
	}

	/**
	 * Acquires the write lock.
	 * @param resource name of the resource
	 * @param timeout how long to wait; zero or less: try once
	 * @return the handle to close
	 */
	default LockHandle writeLock(String resource, Duration timeout) {
		return acquire(LockRequest.write(resource).timeout(timeout).build());
	}

	/**
	 * Acquires the distributed lock, waiting for the default timeout at most.
	 * @param resource name of the resource
	 * @return the handle to close
	 */
	default LockHandle distributedLock(String resource) {
		return acquire(LockRequest.distributed(resource).build());
	}

	/**
	 * Acquires the distributed lock.
	 * @param resource name of the resource
	 * @param timeout how long to wait; zero or less: try once
	 * @return the handle to close
	 */
	default LockHandle distributedLock(String resource, Duration timeout) {
		return acquire(LockRequest.distributed(resource).timeout(timeout).build());
	}

	/**
	 * Acquires a lock, waiting if need be. If the interrupt flag of the thread is set,
	 * the call fails before it takes anything and leaves the flag set.
	 * @param request what to lock and how long to wait
	 * @return the handle to close
	 * @throws LockTimeoutException if the lock was not granted in time
	 * @throws LockInterruptedException if the thread was interrupted
	 * @throws LockUpgradeException if the owner reads the resource and asks to write
	 * @throws DeadlockException if waiting would close a cycle and the policy is to break
	 * it
	 * @throws LockBackendException if the backend of a distributed lock failed
	 * @throws LockManagerClosedException if the manager was closed
	 */
	LockHandle acquire(LockRequest request);

	/**
	 * Acquires a lock if it is free and nobody waits for it. Never waits.
	 * @param request what to lock; its timeout is ignored
	 * @return the handle to close, or empty if the lock was not to be had
	 * @throws LockUpgradeException if the owner reads the resource and asks to write
	 * @throws LockBackendException if the backend of a distributed lock failed
	 * @throws LockManagerClosedException if the manager was closed
	 */
	Optional<LockHandle> tryAcquire(LockRequest request);

	/**
	 * Acquires a lock without blocking the caller. The request stands in the same queue
	 * as those of waiting threads. Cancelling the future, or completing it in another
	 * way, leaves the queue; a grant that comes too late goes to the next in the queue.
	 * <p>
	 * Whoever drops the future without looking at it drops the lock with it, held: a
	 * reactive pipeline that may be cancelled keeps the future and cancels it, or closes
	 * the handle that it has got.
	 * <p>
	 * If the lock is granted at once, the future returned is complete. Otherwise it is
	 * completed by a thread of the lock manager. It fails with the exceptions of
	 * {@link #acquire(LockRequest)}.
	 * @param request what to lock and how long to wait; without an owner the request is
	 * an owner of its own
	 * @return the future handle
	 */
	CompletableFuture<LockHandle> acquireAsync(LockRequest request);

	/**
	 * Returns the read/write lock of a resource as the JDK knows it, for code that takes
	 * a {@link ReadWriteLock}. All views of a resource are the same lock. {@code lock()}
	 * waits for the default timeout at most, then fails with
	 * {@link LockTimeoutException}; {@code tryLock()} does not overtake; conditions are
	 * not supported.
	 * @param resource name of the resource
	 * @return a view
	 */
	ReadWriteLock readWriteLock(String resource);

	/**
	 * Returns the write lock of a resource as the JDK knows it, for code that takes a
	 * {@link Lock}: the same as {@code readWriteLock(resource).writeLock()}.
	 * @param resource name of the resource
	 * @return a view
	 */
	Lock lock(String resource);

	/**
	 * Returns the statistics of all known resources, ordered by name. Counts are those of
	 * one moment per number, not of one moment for all; for monitoring, not for control.
	 * @return a snapshot
	 */
	List<ResourceStatistics> getStatistics();

	/**
	 * Returns the statistics of one resource.
	 * @param resource name of the resource
	 * @return one element, or none if the resource is not known
	 */
	List<ResourceStatistics> getStatistics(String resource);

	/**
	 * Returns who holds and who waits, for all resources that somebody holds or waits
	 * for, ordered by name.
	 * @return a snapshot
	 */
	List<ResourceStatus> getLockStatus();

	/**
	 * Returns who holds and who waits for one resource.
	 * @param resource name of the resource
	 * @return one element, or none if nobody holds or waits
	 */
	List<ResourceStatus> getLockStatus(String resource);

	/**
	 * Returns statistics and status of the first resources of a query. For monitoring
	 * where there are many resources: what is left out costs little.
	 * @param query which resources, and how much of each
	 * @return a snapshot
	 */
	default LockOverview getOverview(LockQuery query) {
		return LockOverview.of(this, query);
	}

	/**
	 * Returns what the numbers say should be changed about one resource.
	 * @param resource name of the resource
	 * @return advice, mostly none
	 */
	default List<LockAdvice> getAdvice(String resource) {
		return List.of();
	}

	/**
	 * Searches for deadlocks (certain: a cycle of owners that wait for each other) and
	 * for suspiciously long waits.
	 * @return what exists now
	 */
	List<Deadlock> detectDeadlocks();

	/**
	 * Sets the statistics of all resources to zero. Locks that are held stay held.
	 */
	void resetStatistics();

	/**
	 * Sets the statistics of one resource to zero. Locks that are held stay held.
	 * @param resource name of the resource
	 */
	void resetStatistics(String resource);

}
