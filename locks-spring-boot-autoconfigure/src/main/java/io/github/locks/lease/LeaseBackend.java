package io.github.locks.lease;

import java.io.IOException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.github.locks.LockBackendException;
import io.github.locks.LockHolder;
import io.github.locks.LockType;
import io.github.locks.lease.LeaseStore.Grant;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.LockBackend;
import io.github.locks.spi.LockThreadFactory;
import io.github.locks.spi.ProcessPicture;
import io.github.locks.spi.ReleaseWatch;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Locks across processes and machines that a server keeps as leases, which run out if
 * they are not renewed: the lock of a process that has died is free again. Who waits has
 * a place in a queue in the server; one for each lock and process.
 * <p>
 * Leases cannot promise that two never have a lock at the same time: a process may stand
 * still for longer than its lease, and a server that fails over may have forgotten the
 * lock. Where that matters, let the storage check the {@linkplain Lease#fencingToken()
 * fencing token}. Safe for use by several threads.
 */
public abstract class LeaseBackend implements LockBackend {

	/** The shortest lease. */
	public static final Duration SHORTEST_LEASE = Duration.ofSeconds(2);

	private static final Log logger = LogFactory.getLog(LeaseBackend.class);

	private static final long WITHDRAWAL_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private static final long LONGEST_CLOSE_MILLIS = 1000;

	private static final int THREADS = 4;

	private static final int MOST_TASKS = 10_000;

	private final LeaseStore store;

	private final SharedPictures pictures;

	private final Duration lease;

	private final String process;

	private final AtomicLong sequence = new AtomicLong();

	/** Who has a place in a queue, by the lock. */
	private final Map<LockKey, QueuePlace> waits = new ConcurrentHashMap<>();

	/**
	 * Readers that may have come in place of their writer. They are taken back with it,
	 * when its holders know.
	 */
	private final Map<StoredLease, String> doubtful = new ConcurrentHashMap<>();

	private final AtomicBoolean listening = new AtomicBoolean();

	private final ThreadPoolExecutor threads;

	private final AtomicBoolean closed = new AtomicBoolean();

	/**
	 * Creates a backend.
	 * @param store the server; closed with the backend
	 * @param lease how long a lock outlives its process, at least
	 * {@link #SHORTEST_LEASE}; the same that the store grants
	 * @param process what this process is called in ids, 1 to 32 hexadecimal digits
	 * @param name a short name for threads
	 */
	protected LeaseBackend(LeaseStore store, Duration lease, String process, String name) {
		this.store = store;
		this.lease = lease;
		this.process = process;
		this.pictures = new SharedPictures(store, new LockThreadFactory(name + "-pictures"));
		this.threads = new ThreadPoolExecutor(THREADS, THREADS, 10, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(MOST_TASKS), new LockThreadFactory(name));
		this.threads.allowCoreThreadTimeOut(true);
	}

	/**
	 * Returns a name for this process that no other has.
	 * @return 16 hexadecimal digits
	 */
	protected static String newProcess() {
		return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
	}

	/**
	 * Checks how long leases are to last.
	 * @param lease the duration
	 * @return the same
	 * @throws IllegalArgumentException if it is too short
	 */
	protected static Duration checkLease(Duration lease) {
		if (lease.compareTo(SHORTEST_LEASE) < 0) {
			throw new IllegalArgumentException("'lease' must be at least 2s, but is " + lease);
		}
		return lease;
	}

	@Override
	public final Optional<Lease> tryAcquire(LeaseRequest request) {
		checkOpen(request.resource());
		LockKey key = LockKey.of(request.resource(), request.type());
		QueuePlace place = this.waits.get(key);
		return (place != null && place.type() == request.type()) ? take(place, request) : acquire(key, request);
	}

	/** Takes a place in the queue, or the lock that it was given. */
	private Optional<Lease> take(QueuePlace place, LeaseRequest request) {
		listen();
		if (!place.asking()) {
			return Optional.empty();
		}
		Optional<Lease> lease = acquire(place.key(), place.id(), request, LeaseStore.CONFIRM);
		place.answered();
		if (lease.isPresent()) {
			place.taken();
			this.waits.remove(place.key(), place);
		}
		return lease;
	}

	private Optional<Lease> acquire(LockKey key, LeaseRequest request) {
		String id = newId(request.type());
		try {
			return acquire(key, id, request, Duration.ZERO);
		}
		catch (RuntimeException ex) {
			// The answer may have been yes.
			withdraw(key, id, this.lease);
			throw ex;
		}
	}

	private Optional<Lease> acquire(LockKey key, String id, LeaseRequest request, Duration patience) {
		try {
			return this.store.acquire(key, id, patience, ShownHolder.write(request))
				.map((grant) -> lease(id, request, grant));
		}
		catch (RuntimeException ex) {
			throw this.store.failure("acquire", request.resource(), request.type(), ex);
		}
	}

	private Lease lease(String id, LeaseRequest request, Grant grant) {
		return new StoredLease(request.resource(), request.type(), id, grant.token(),
				grant.token() + grant.tokens() - 1, grant.crashed(), this.lease, new Contention(grant.contended()));
	}

	@Override
	public final boolean renew(Lease lease) {
		StoredLease held = (StoredLease) lease;
		try {
			Optional<Boolean> kept = this.store.renew(held.key(), held.id());
			kept.ifPresent(held.contention()::learn);
			return kept.isPresent();
		}
		catch (RuntimeException ex) {
			throw this.store.failure("renew", held.resource(), held.type(), ex);
		}
	}

	@Override
	public final Optional<Lease> handOver(Lease lease, LeaseRequest successor) {
		StoredLease held = (StoredLease) lease;
		if (held.type() == LockType.WRITE && successor.type() == LockType.READ) {
			return downgrade(held, successor);
		}
		return Optional.ofNullable(held.successor(successor));
	}

	private Optional<Lease> downgrade(StoredLease held, LeaseRequest successor) {
		String id = newId(LockType.READ);
		try {
			return this.store.downgrade(held.key(), held.id(), id, ShownHolder.write(successor))
				.map((grant) -> lease(id, successor, grant));
		}
		catch (RuntimeException ex) {
			this.doubtful.put(held, id);
			throw this.store.failure("downgrade", held.resource(), held.type(), ex);
		}
	}

	@Override
	public final boolean isContended(Lease lease) {
		StoredLease held = (StoredLease) lease;
		return held.contention().isContended(() -> {
			if (!execute(() -> askForContention(held))) {
				held.contention().learn(true);
			}
		});
	}

	private void askForContention(StoredLease held) {
		boolean contended = true;
		try {
			contended = this.store.isContended(held.key());
		}
		catch (RuntimeException ex) {
			logger.debug("It cannot be told whether others wait", ex);
		}
		held.contention().learn(contended);
	}

	@Override
	public final void release(Lease lease) {
		StoredLease held = (StoredLease) lease;
		String reader = this.doubtful.remove(held);
		if (reader != null) {
			withdraw(held.key(), reader, this.lease);
		}
		try {
			this.store.release(held.key(), held.id(), Duration.ZERO);
		}
		catch (RuntimeException ex) {
			withdraw(held.key(), held.id(), Duration.ZERO);
			throw this.store.failure("release", held.resource(), held.type(), ex);
		}
	}

	@Override
	public final Optional<LockHolder> inspect(String resource) {
		return Stream.of(LockType.DISTRIBUTED, LockType.WRITE)
			.map((type) -> this.store.inspect(LockKey.of(resource, type)))
			.flatMap(Optional::stream)
			.findFirst()
			.flatMap(ShownHolder::read);
	}

	@Override
	public final void publish(ProcessPicture picture) {
		try {
			if (!this.closed.get()) {
				this.pictures.publish(picture);
			}
		}
		catch (IOException | RuntimeException ex) {
			logger.debug("Other processes cannot be told who holds and waits here", ex);
		}
	}

	@Override
	public final List<ProcessPicture> pictures() {
		try {
			return this.closed.get() ? List.of() : this.pictures.read();
		}
		catch (RuntimeException ex) {
			logger.debug("It cannot be told who holds and waits in other processes", ex);
			return List.of();
		}
	}

	@Override
	public final ReleaseWatch watch(LeaseRequest request, Runnable wakeUp) {
		checkOpen(request.resource());
		LockKey key = LockKey.of(request.resource(), request.type());
		QueuePlace place = new QueuePlace(this, key, request.type(), newId(request.type()), wakeUp);
		return (this.waits.putIfAbsent(key, place) == null) ? place : ReleaseWatch.NONE;
	}

	/** Hears of locks that are given to who waits here, once somebody does. */
	private void listen() {
		if (this.listening.compareAndSet(false, true)) {
			if (!execute(this::listenNow)) {
				this.listening.set(false);
			}
		}
	}

	private void listenNow() {
		try {
			this.store.listen(this::tell);
		}
		catch (RuntimeException ex) {
			logger.debug("The server tells nothing; who waits asks again and again", ex);
			this.listening.set(false);
		}
	}

	private void tell(String id) {
		this.waits.values().stream().filter((place) -> place.id().equals(id)).forEach(QueuePlace::tell);
	}

	final boolean isListening() {
		return this.store.isListening();
	}

	final Duration pollPause() {
		return this.store.pollPause();
	}

	/** Gives a place in a queue back, or the lock that it was given. */
	final void waitEnded(QueuePlace place, boolean givenUp) {
		this.waits.remove(place.key(), place);
		if (givenUp) {
			withdraw(place.key(), place.id(), place.isAnswered() ? Duration.ZERO : this.lease);
		}
	}

	/**
	 * Takes a request back, whatever became of it.
	 * @param late how long it may still be on its way
	 */
	private void withdraw(LockKey key, String id, Duration late) {
		long until = System.nanoTime() + this.lease.toNanos();
		boolean accepted = execute(() -> {
			while (!isWithdrawn(key, id, late) && System.nanoTime() - until < 0 && !this.closed.get()) {
				LockSupport.parkNanos(WITHDRAWAL_PAUSE_NANOS);
			}
		});
		if (!accepted) {
			logger.debug("A request was not taken back, as too many others are; it runs out");
		}
	}

	private boolean isWithdrawn(LockKey key, String id, Duration late) {
		try {
			this.store.release(key, id, late);
			return true;
		}
		catch (RuntimeException ex) {
			logger.debug("A request was not taken back and will be tried again", ex);
			return false;
		}
	}

	/**
	 * Does something soon, on another thread.
	 * @return {@code false} if too much is to be done already
	 */
	private boolean execute(Runnable task) {
		try {
			this.threads.execute(task);
			return true;
		}
		catch (RejectedExecutionException ex) {
			return false;
		}
	}

	/** The first letter tells the server whether it excludes all others. */
	private String newId(LockType type) {
		return (type.isExclusive() ? "w:" : "r:") + this.process + ":" + this.sequence.incrementAndGet();
	}

	private void checkOpen(String resource) {
		if (this.closed.get()) {
			throw new LockBackendException("The backend of distributed locks was closed: " + this + ".", resource,
					LockType.DISTRIBUTED, null);
		}
	}

	/** What was given up is free at once, if the server answers. */
	private void awaitWithdrawals() {
		boolean interrupted = Thread.interrupted();
		try {
			if (!this.threads.awaitTermination(LONGEST_CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
				logger.debug("Not all requests were taken back; they run out");
			}
		}
		catch (InterruptedException ex) {
			interrupted = true;
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	@Override
	public final void close() {
		if (this.closed.compareAndSet(false, true)) {
			this.pictures.close();
			this.threads.shutdown();
			awaitWithdrawals();
			this.store.close();
		}
	}

}
