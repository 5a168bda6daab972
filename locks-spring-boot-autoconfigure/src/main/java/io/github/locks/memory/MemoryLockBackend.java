package io.github.locks.memory;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.github.locks.LockHolder;
import io.github.locks.LockNames;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.LockBackend;
import io.github.locks.spi.ReleaseWatch;
import io.github.locks.spi.ReleaseWatches;
import io.github.locks.spi.ProcessId;

/**
 * Keeps distributed locks in memory: they exclude the owners that use this object, and no
 * other process. For tests, and for applications that run as a single instance. Safe for
 * use by several threads.
 */
public final class MemoryLockBackend implements LockBackend {

	/**
	 * How long a lock may be lost before its holder is told; the manager rounds it up.
	 */
	private static final Duration RENEWAL = Duration.ofMillis(100);

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final Map<String, MemoryLease> leases = new ConcurrentHashMap<>();

	private final ReleaseWatches watches = new ReleaseWatches();

	private final AtomicLong token = new AtomicLong(ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()));

	@Override
	public Optional<Lease> tryAcquire(LeaseRequest request) {
		MemoryLease lease = new MemoryLease(request, this.token.incrementAndGet());
		return (this.leases.putIfAbsent(request.resource(), lease) == null) ? Optional.of(lease) : Optional.empty();
	}

	@Override
	public boolean renew(Lease lease) {
		return this.leases.get(lease.resource()) == lease;
	}

	@Override
	public void release(Lease lease) {
		((MemoryLease) lease).released.countDown();
		this.leases.computeIfPresent(lease.resource(), (resource, current) -> (current == lease) ? null : current);
		this.watches.tell(lease.resource());
	}

	@Override
	public ReleaseWatch watch(LeaseRequest request, Runnable wakeUp) {
		return this.watches.add(request.resource(), wakeUp);
	}

	@Override
	public Optional<LockHolder> inspect(String resource) {
		return Optional.ofNullable(this.leases.get(resource)).map(MemoryLease::holder);
	}

	/**
	 * Takes a lock away from its holder, as if its lease had run out: for tests of code
	 * that works under a lock. Returns when the lock manager has noticed, which takes
	 * about half a second: the handles of the holder are lost then.
	 * @param resource name of the resource
	 * @return {@code false} if nobody held it
	 * @throws IllegalStateException if the lock manager does not notice
	 */
	public boolean lose(String resource) {
		MemoryLease lost = this.leases.remove(LockNames.check(resource));
		if (lost != null && !lost.awaitRelease()) {
			throw new IllegalStateException(
					"Nobody noticed that the distributed lock on " + LockNames.quote(resource) + " was lost");
		}
		return lost != null;
	}

	@Override
	public String toString() {
		return "the memory of this process";
	}

	/**
	 * A lock that is held.
	 */
	private static final class MemoryLease implements Lease {

		private final LeaseRequest request;

		private final long fencingToken;

		private final long grantedNanos = System.nanoTime();

		private final CountDownLatch released = new CountDownLatch(1);

		MemoryLease(LeaseRequest request, long fencingToken) {
			this.request = request;
			this.fencingToken = fencingToken;
		}

		@Override
		public String resource() {
			return this.request.resource();
		}

		@Override
		public long fencingToken() {
			return this.fencingToken;
		}

		@Override
		public Duration renewalInterval() {
			return RENEWAL;
		}

		boolean awaitRelease() {
			try {
				return this.released.await(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				return false;
			}
		}

		LockHolder holder() {
			long micros = (System.nanoTime() - this.grantedNanos) / 1000;
			return new LockHolder(this.request.owner(), this.request.method(),
					Instant.now().minus(micros, ChronoUnit.MICROS), micros / 1000.0, ProcessId.current());
		}

		@Override
		public String toString() {
			return "MemoryLease of " + LockNames.quote(resource());
		}

	}

}
