package io.github.locks.memory;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import io.github.locks.LockHolder;
import io.github.locks.LockNames;
import io.github.locks.LockType;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.LockBackend;
import io.github.locks.spi.ReleaseWatch;
import io.github.locks.spi.ReleaseWatches;
import io.github.locks.spi.ProcessId;
import io.github.locks.spi.ProcessPicture;
import org.jspecify.annotations.Nullable;

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

	/** How long it is believed that somebody waits who was refused. */
	private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private final Map<Key, MemoryLock> locks = new ConcurrentHashMap<>();

	private final Map<String, ProcessPicture> pictures = new ConcurrentHashMap<>();

	private final ReleaseWatches watches = new ReleaseWatches();

	private final AtomicLong token = new AtomicLong(ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()));

	@Override
	public Optional<Lease> tryAcquire(LeaseRequest request) {
		MemoryLease lease = new MemoryLease(request);
		MemoryLock lock = this.locks.compute(lease.key(), (key, known) -> {
			// One after the other, so that tokens rise.
			lease.fencingToken = this.token.incrementAndGet();
			return ((known != null) ? known : MemoryLock.FREE).ask(lease, System.nanoTime());
		});
		return lock.leases().contains(lease) ? Optional.of(lease) : Optional.empty();
	}

	@Override
	public boolean renew(Lease lease) {
		MemoryLock lock = this.locks.get(((MemoryLease) lease).key());
		return lock != null && lock.leases().contains(lease);
	}

	@Override
	public Optional<Lease> handOver(Lease lease, LeaseRequest successor) {
		MemoryLease held = (MemoryLease) lease;
		MemoryLease next = new MemoryLease(successor);
		MemoryLock lock = this.locks.computeIfPresent(held.key(), (key, known) -> {
			next.fencingToken = this.token.incrementAndGet();
			return known.replace(held, next);
		});
		if (lock == null || !lock.leases().contains(next)) {
			return Optional.empty();
		}
		held.released.countDown();
		this.watches.tell(held.resource());
		return Optional.of(next);
	}

	@Override
	public boolean isContended(Lease lease) {
		MemoryLock lock = this.locks.get(((MemoryLease) lease).key());
		return lock != null && lock.isContended(System.nanoTime());
	}

	@Override
	public void release(Lease lease) {
		MemoryLease held = (MemoryLease) lease;
		held.released.countDown();
		this.locks.computeIfPresent(held.key(), (key, known) -> known.without(held));
		this.watches.tell(lease.resource());
	}

	@Override
	public void publish(ProcessPicture picture) {
		if (picture.isEmpty()) {
			this.pictures.remove(picture.id());
		}
		else {
			this.pictures.put(picture.id(), picture);
		}
	}

	@Override
	public List<ProcessPicture> pictures() {
		return List.copyOf(this.pictures.values());
	}

	@Override
	public ReleaseWatch watch(LeaseRequest request, Runnable wakeUp) {
		return this.watches.add(request.resource(), wakeUp);
	}

	@Override
	public Optional<LockHolder> inspect(String resource) {
		return Stream.of(true, false)
			.map((readWrite) -> this.locks.get(new Key(resource, readWrite)))
			.filter(Objects::nonNull)
			.flatMap((lock) -> lock.leases().stream())
			.findFirst()
			.map(MemoryLease::holder);
	}

	/**
	 * Takes a lock away from its holders, as if their leases had run out: for tests of
	 * code that works under a lock. Returns when the lock manager has noticed, which
	 * takes about half a second: the handles of the holders are lost then.
	 * @param resource name of the resource
	 * @return {@code false} if nobody held it
	 * @throws IllegalStateException if the lock manager does not notice
	 */
	public boolean lose(String resource) {
		LockNames.check(resource);
		List<MemoryLease> lost = new ArrayList<>();
		for (boolean readWrite : new boolean[] { false, true }) {
			MemoryLock lock = this.locks.remove(new Key(resource, readWrite));
			lost.addAll((lock != null) ? lock.leases() : List.of());
		}
		for (MemoryLease lease : lost) {
			if (!lease.awaitRelease()) {
				throw new IllegalStateException(
						"Nobody noticed that the distributed lock on " + LockNames.quote(resource) + " was lost");
			}
		}
		return !lost.isEmpty();
	}

	@Override
	public String toString() {
		return "the memory of this process";
	}

	/**
	 * Names a lock.
	 *
	 * @param resource name of the resource
	 * @param readWrite whether it is the one for readers and writers
	 */
	private record Key(String resource, boolean readWrite) {
	}

	/**
	 * A lock, at one moment.
	 *
	 * @param leases who has it: one, or several readers
	 * @param refusedNanos when somebody was refused last; 0 if nobody was
	 * @param writerNanos when a writer was refused last that has not got it since
	 */
	private record MemoryLock(List<MemoryLease> leases, long refusedNanos, long writerNanos) {

		static final MemoryLock FREE = new MemoryLock(List.of(), 0, 0);

		/** Readers let a writer go first that was refused. */
		MemoryLock ask(MemoryLease lease, long now) {
			boolean exclusive = lease.isExclusive();
			boolean granted = this.leases.isEmpty() || (!exclusive && !this.leases.get(0).isExclusive());
			if (granted && (exclusive || !isRecent(this.writerNanos, now))) {
				return new MemoryLock(concat(lease), this.refusedNanos, exclusive ? 0 : this.writerNanos);
			}
			return new MemoryLock(this.leases, now, exclusive ? now : this.writerNanos);
		}

		private List<MemoryLease> concat(MemoryLease lease) {
			return Stream.concat(this.leases.stream(), Stream.of(lease)).toList();
		}

		MemoryLock replace(MemoryLease held, MemoryLease next) {
			return new MemoryLock(this.leases.stream().map((lease) -> (lease == held) ? next : lease).toList(),
					this.refusedNanos, this.writerNanos);
		}

		/** Forgets it, once nobody needs to be let go first. */
		@Nullable MemoryLock without(MemoryLease released) {
			List<MemoryLease> others = this.leases.stream().filter((lease) -> lease != released).toList();
			boolean forgotten = others.isEmpty() && !isRecent(this.writerNanos, System.nanoTime());
			return forgotten ? null : new MemoryLock(others, this.refusedNanos, this.writerNanos);
		}

		boolean isContended(long now) {
			return isRecent(this.refusedNanos, now);
		}

		private static boolean isRecent(long nanos, long now) {
			return nanos != 0 && now - nanos < WAIT_NANOS;
		}

	}

	/**
	 * A lock that is held.
	 */
	private static final class MemoryLease implements Lease {

		private final LeaseRequest request;

		private volatile long fencingToken;

		private final long grantedNanos = System.nanoTime();

		private final CountDownLatch released = new CountDownLatch(1);

		MemoryLease(LeaseRequest request) {
			this.request = request;
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

		Key key() {
			return new Key(resource(), this.request.type() != LockType.DISTRIBUTED);
		}

		boolean isExclusive() {
			return this.request.type().isExclusive();
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
