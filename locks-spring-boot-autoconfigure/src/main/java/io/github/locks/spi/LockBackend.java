package io.github.locks.spi;

import java.util.List;
import java.util.Optional;

import io.github.locks.LockBackendException;
import io.github.locks.LockHolder;

/**
 * Locks that several processes share. The lock manager queues the requests of its own
 * process in front of the backend, so that at most one of its owners at a time asks for a
 * resource; it also retries, renews and measures.
 * <p>
 * Implementations are safe for use by several threads, return without waiting for other
 * holders, and are not disturbed by the interrupt flag of the calling thread.
 */
public interface LockBackend extends AutoCloseable {

	/**
	 * Tries to acquire a resource.
	 * @param request what to acquire
	 * @return the lease, or empty if somebody else has it
	 * @throws LockBackendException if the backend cannot be used
	 */
	Optional<Lease> tryAcquire(LeaseRequest request);

	/**
	 * Confirms that a lease is still held, and prolongs it where the backend needs that.
	 * Not called for a lease once {@link #release(Lease)} was.
	 * @param lease a lease that was not released
	 * @return {@code false} if the lease is lost; it is final
	 * @throws LockBackendException if the backend cannot tell now
	 */
	boolean renew(Lease lease);

	/**
	 * Turns a held lease into that of another request of this process for the same
	 * resource, without a moment in which somebody else could get the resource. From
	 * exclusive to exclusive it hands the lock to the next owner, from
	 * {@link io.github.locks.LockType#WRITE WRITE} to
	 * {@link io.github.locks.LockType#READ READ} it lets other readers in.
	 * @param lease a lease that was not released; it is not used any more if another one
	 * is returned, and stays as it is otherwise
	 * @param successor what the lease is for from now on
	 * @return the lease of the successor, with a fencing token of its own; empty if the
	 * backend cannot do that, or not now
	 * @throws LockBackendException if the backend cannot be used; whether the lease is
	 * still held is then what {@link #renew(Lease)} says
	 */
	default Optional<Lease> handOver(Lease lease, LeaseRequest successor) {
		return Optional.empty();
	}

	/**
	 * Whether somebody in another process may wait for what a lease keeps from it. Then a
	 * process does not keep the lease for its own owners for ever. Returns at once.
	 * @param lease a lease that was not released
	 * @return {@code false} if it is known that nobody waits
	 */
	default boolean isContended(Lease lease) {
		return true;
	}

	/**
	 * Gives a lease back, held or lost. Never touches the lease of somebody else.
	 * @param lease the lease
	 */
	void release(Lease lease);

	/**
	 * Returns who holds a resource, in any process. For people to read: it may be late.
	 * @param resource name of the resource
	 * @return the holder, or empty if there is none or it is not known
	 */
	Optional<LockHolder> inspect(String resource);

	/**
	 * Shows other processes who holds and waits in this one, in place of what was shown
	 * before. Best effort; called from a thread that may block for a moment.
	 * @param picture what to show; nothing any more if it is empty
	 */
	default void publish(ProcessPicture picture) {
	}

	/**
	 * Returns what the managers of living processes show, the own ones included. Best
	 * effort; what cannot be read is left out.
	 * @return the pictures
	 */
	default List<ProcessPicture> pictures() {
		return List.of();
	}

	/**
	 * Asks to be told when a resource may have become free, whoever gave it back. That is
	 * a hint: it may come late, too often or never, so who waits asks again from time to
	 * time all the same. A backend may also keep the lease for the request, until it asks
	 * or the watch ends.
	 * @param request what somebody wants, who asks for it by {@link #tryAcquire} when
	 * told
	 * @param wakeUp what to run then, any number of times, on any thread; returns at once
	 * @return what ends it
	 */
	default ReleaseWatch watch(LeaseRequest request, Runnable wakeUp) {
		return ReleaseWatch.NONE;
	}

	/**
	 * Releases what the backend needs for itself. Leases must have been released.
	 */
	@Override
	default void close() {
	}

	/**
	 * Says what keeps the locks, for the log.
	 * @return a text such as {@code the lock directory '/var/lib/orders/locks'}
	 */
	@Override
	String toString();

}
