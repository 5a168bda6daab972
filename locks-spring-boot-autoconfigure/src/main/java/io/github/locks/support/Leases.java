package io.github.locks.support;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.ObjLongConsumer;
import java.util.function.Supplier;

import io.github.locks.LockBackendUnavailableException;
import io.github.locks.LockHolder;
import io.github.locks.LockNames;
import io.github.locks.LockType;
import io.github.locks.local.Acquisition;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.LockBackend;
import io.github.locks.spi.ProcessPicture;
import io.github.locks.spi.ReleaseWatch;
import io.github.locks.support.Validity.Moment;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The leases that this process has from its backend: asks for them, keeps them alive,
 * notices when they are lost, gives them back. One task renews all leases.
 */
final class Leases {

	private static final Log logger = LogFactory.getLog(Leases.class);

	private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

	private static final String CLOSED = "the lock manager was closed. Give the work more time by"
			+ " 'locks.shutdown-timeout'.";

	private static final String NOT_KEPT = "the backend does not keep it any more; in a lock directory, because its"
			+ " file was removed or replaced. Nothing else may touch what keeps the locks.";

	private static final String NOT_RENEWED = "it could not be renewed in time, as the backend did not answer or this"
			+ " process stood still. Others may have it already.";

	private static final InstantSource CLOCK = InstantSource.system();

	private static final int RENEWED_TOGETHER = 64;

	/** The part of an interval that a few renewals may take one after the other. */
	private static final int SLOW_PART = 4;

	/** How often a renewal that fails is tried again until the next one is due. */
	private static final int RETRIES = 8;

	/** How long readers join those who are inside, although other processes wait. */
	private static final long SHARED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private static final long LONGEST_ASK_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final long ASK_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	private final LazyBackend backend;

	private final Workers workers;

	private final LocalHandOver localHandOver;

	private final Map<Lease, Active> active = new ConcurrentHashMap<>();

	/** Who asks the backend again and again. */
	private final Set<Acquisition> askers = ConcurrentHashMap.newKeySet();

	/** Those of them who are to fail. */
	private final Map<Acquisition, RuntimeException> refusals = new ConcurrentHashMap<>();

	private volatile Runnable whenTicking = () -> {
	};

	private volatile LongConsumer whenGranted = (nanos) -> {
	};

	private volatile boolean closed;

	private volatile Consumer<DefaultLockHandle> whenLost = (handle) -> {
	};

	Leases(Supplier<? extends LockBackend> factory, Workers workers, LocalHandOver localHandOver) {
		this.localHandOver = localHandOver;
		this.backend = new LazyBackend(factory, () -> workers.repeat(this::renewSoon, TICK_NANOS));
		this.workers = workers;
	}

	/** Sets what is done from time to time once the backend is open. Must not block. */
	void whenTicking(Runnable action) {
		this.whenTicking = action;
	}

	/** Sets who is told of the time of each grant. Must not block. */
	void whenGranted(LongConsumer action) {
		this.whenGranted = action;
	}

	/** Sets who is told of each lost handle. */
	void whenLost(Consumer<DefaultLockHandle> action) {
		this.whenLost = action;
	}

	/**
	 * Joins the lease that the owner has, or asks the backend once.
	 * @return the handle, or {@code null} if somebody else has the lock
	 */
	@Nullable DefaultLockHandle ask(LockAttempt attempt, @Nullable Duration limit) {
		Function<HeldLease, DefaultLockHandle> toHandle = attempt::newHandle;
		DistributedLock lock = attempt.distributedLock();
		Acquisition acquisition = attempt.acquisition();
		this.askers.add(acquisition);
		DistributedLock.Entry entry = lock.join(acquisition, this::mayShare, toHandle);
		DefaultLockHandle handle = entry.handle();
		if (handle == null) {
			HeldLease granted = entry.isAsker() ? inTime(leaseFor(attempt, entry.kept())) : null;
			if (granted == null) {
				checkRefusal(acquisition);
				return null;
			}
			if (entry.lingers()) {
				lock.lingering(null).ifPresent((lingering) -> notKept(lock, lingering.lease(), NOT_KEPT));
			}
			handle = lock.begin(acquisition, granted, toHandle);
			begin(lock, granted, acquisition.grantedNanos(), limit);
			if (this.closed) {
				lose(lock, granted.lease(), CLOSED);
			}
		}
		this.askers.remove(acquisition);
		return handle;
	}

	/** Readers who come later do not keep the writers of other processes out for ever. */
	private boolean mayShare(HeldLease held) {
		return held.ageNanos() < SHARED_NANOS || !isContended(held.lease());
	}

	private boolean isContended(Lease lease) {
		try {
			return backend().isContended(lease);
		}
		catch (Throwable ex) {
			SafeLog.debug(logger, "The backend cannot tell who waits", ex);
			return true;
		}
	}

	/** The lease that another owner of this process has left, or one of the backend. */
	private @Nullable HeldLease leaseFor(LockAttempt attempt, @Nullable HeldLease kept) {
		LeaseRequest request = attempt.leaseRequest();
		HeldLease handedOver = (kept != null) ? handOver(kept, request) : null;
		if (handedOver != null) {
			return handedOver;
		}
		Moment asked = now();
		try {
			Lease granted = tryAcquire(request).orElse(null);
			attempt.outage(null);
			return (granted != null) ? HeldLease.granted(granted, request.type(), asked.nanos(),
					Validity.of(granted.timeToLive(), asked, CLOCK)) : null;
		}
		catch (LockBackendUnavailableException ex) {
			attempt.outage(ex);
			return null;
		}
	}

	/** An answer that took longer than the lease is worth nothing. */
	private @Nullable HeldLease inTime(@Nullable HeldLease granted) {
		if (granted == null || !granted.validity().isOver()) {
			return granted;
		}
		granted.renewal().end(() -> giveBack(granted.lease()));
		return null;
	}

	private static Moment now() {
		return Moment.now(CLOCK);
	}

	/**
	 * Turns a lease without holders into that of a request, or gives it back.
	 */
	private @Nullable HeldLease handOver(HeldLease kept, LeaseRequest request) {
		Active entry = this.active.get(kept.lease());
		if (entry == null) {
			return null;
		}
		Lease successor = null;
		try {
			successor = kept.renewal().replace(kept.lease(), (lease) -> backend().handOver(lease, request));
		}
		catch (Throwable ex) {
			SafeLog.warn(logger, "A distributed lock could not be handed on and is given back: " + ex.getMessage(), ex);
		}
		if (successor == null) {
			release(kept.lease());
			return null;
		}
		forget(kept.lease());
		return kept.handedOn(successor, request.type());
	}

	/** Nothing will happen to a lease any more. */
	private @Nullable Active forget(Lease lease) {
		Active entry = this.active.remove(lease);
		if (entry != null) {
			entry.timers().forEach((timer) -> timer.cancel(false));
		}
		return entry;
	}

	private Optional<Lease> tryAcquire(LeaseRequest request) {
		try {
			return backend().tryAcquire(request);
		}
		catch (Throwable ex) {
			throw LazyBackend.unchecked("failed to give a lock out", request.resource(), ex);
		}
	}

	/** Has somebody told when a lock may be to be had; a failure does no harm. */
	MemberWatch watch(LockAttempt attempt, Runnable wakeUp) {
		return attempt.distributedLock()
			.watch(attempt.acquisition(), () -> watchBackend(attempt.leaseRequest(), wakeUp), wakeUp);
	}

	private ReleaseWatch watchBackend(LeaseRequest request, Runnable wakeUp) {
		try {
			return backend().watch(request, wakeUp);
		}
		catch (Throwable ex) {
			SafeLog.debug(logger, "The backend does not tell when locks become free; who waits asks again and again",
					ex);
			return ReleaseWatch.NONE;
		}
	}

	private void begin(DistributedLock lock, HeldLease held, long now, @Nullable Duration limit) {
		Lease lease = held.lease();
		this.active.put(lease, Active.of(lock, held));
		this.whenGranted.accept(now);
		endInTime(lock, lease, held.validity());
		if (limit != null) {
			Runnable lose = () -> lose(lock, lease, Failures.leaseOver(limit));
			schedule(lease, lose, LockSettings.nanos(limit));
		}
	}

	/** A lease ends with its validity, even if nobody can be asked. */
	private void endInTime(DistributedLock lock, Lease lease, Validity validity) {
		if (!validity.isLimited()) {
			return;
		}
		schedule(lease, () -> {
			if (validity.isOver()) {
				notKept(lock, lease, NOT_RENEWED);
			}
			else {
				endInTime(lock, lease, validity);
			}
		}, validity.remainingNanos());
	}

	/** Returns whether something will happen to a lease that is still in use. */
	private boolean schedule(Lease lease, Runnable task, long delayNanos) {
		Future<?> timer = this.workers.schedule(() -> this.workers.execute(task), delayNanos);
		if (timer != null && this.active.computeIfPresent(lease, (key, entry) -> entry.with(timer)) == null) {
			timer.cancel(false);
		}
		return timer != null;
	}

	/**
	 * Takes a holder out, and gives the lease back if it was the last.
	 * @param whenOver what to do at the end of a minimum hold; {@code null} if none is to
	 * be kept
	 * @return whether the lock stays taken for its minimum hold
	 */
	boolean leave(DistributedLock lock, Acquisition acquisition, @Nullable Runnable whenOver) {
		this.askers.remove(acquisition);
		this.refusals.remove(acquisition);
		DistributedLock.Departure departure = lock.leave(acquisition, whenOver, (held) -> mayKeep(lock, held));
		if (departure.released() != null) {
			release(departure.released());
		}
		if (departure.downgraded() != null) {
			downgrade(lock, departure.downgraded(), acquisition);
		}
		lock.tellMembers();
		Lingering lingering = departure.lingering();
		if (lingering == null) {
			return false;
		}
		Runnable end = () -> end(lock, lingering);
		if (!schedule(lingering.lease(), end, lingering.untilNanos() - System.nanoTime()) || this.closed) {
			end.run();
		}
		return true;
	}

	/** Whether others of this process come first, for a while. */
	private boolean mayKeep(DistributedLock lock, HeldLease held) {
		return held.type() == LockType.DISTRIBUTED && !this.closed && !held.validity().isOver()
				&& lock.queue().queueLength() > 0
				&& (this.localHandOver.allows(held.handedOver(), held.ageNanos()) || !isContended(held.lease()));
	}

	/** Gives a lease back that was kept for others who have turned away meanwhile. */
	void releaseUnwanted(DistributedLock lock) {
		lock.takeUnwanted().ifPresent(this::release);
	}

	/** The writer reads on: readers of other processes may come in. */
	private void downgrade(DistributedLock lock, HeldLease held, Acquisition writer) {
		LeaseRequest request = new LeaseRequest(held.lease().resource(), LockType.READ, writer.owner().name(),
				writer.method(), Instant.now());
		HeldLease successor = null;
		try {
			Lease shared = held.renewal().replace(held.lease(), (lease) -> backend().handOver(lease, request));
			if (shared != null) {
				successor = held.downgraded(shared);
				this.active.put(shared, Active.of(lock, successor));
				forget(held.lease());
				endInTime(lock, shared, held.validity());
			}
		}
		catch (Throwable ex) {
			SafeLog.warn(logger, "The lock of a writer that goes on reading could not be shared: " + ex.getMessage(),
					ex);
			if (!isKept(held)) {
				notKept(lock, held.lease(), NOT_KEPT);
			}
		}
		if (successor != null && !lock.replace(held, successor)) {
			release(successor.lease());
		}
		else if (successor != null && this.closed) {
			lose(lock, successor.lease(), CLOSED);
		}
	}

	private boolean isKept(HeldLease held) {
		try {
			return held.renewal().ask((lease) -> Optional.of(backend().renew(lease))).orElse(false);
		}
		catch (Throwable ex) {
			// It is renewed again soon.
			return true;
		}
	}

	/** Ends all minimum holds now. */
	void endLingering() {
		this.active.values().forEach((entry) -> endLingering(entry.lock(), null));
	}

	private void endLingering(DistributedLock lock, @Nullable Lease lease) {
		lock.lingering(lease).ifPresent((lingering) -> end(lock, lingering));
	}

	private void end(DistributedLock lock, Lingering lingering) {
		if (!lock.end(lingering)) {
			return;
		}
		try {
			release(lingering.lease());
		}
		finally {
			lock.queue().release(lingering.standIn());
			lingering.whenOver().run();
		}
	}

	Optional<LockHolder> inspect(String resource) {
		LockBackend current = openedBackend();
		try {
			return (current != null) ? current.inspect(resource) : Optional.empty();
		}
		catch (Throwable ex) {
			SafeLog.debug(logger, "The holder of a distributed lock cannot be told", ex);
			return Optional.empty();
		}
	}

	/** Whether this process has a lease. */
	boolean isHolder() {
		return !this.active.isEmpty();
	}

	/** Whether somebody holds a lease, or asks for one. */
	boolean isInUse() {
		return !this.active.isEmpty() || !this.askers.isEmpty();
	}

	/** Goes through those who hold leases, each with its fencing token. */
	void forEachHolder(ObjLongConsumer<Acquisition> action) {
		this.active.forEach((lease,
				entry) -> entry.lock().members(true).forEach((holder) -> action.accept(holder, lease.fencingToken())));
	}

	/** Shows other processes who holds and waits here; a failure does no harm. */
	void publish(ProcessPicture picture) {
		LockBackend current = openedBackend();
		try {
			if (current != null) {
				current.publish(picture);
			}
		}
		catch (Throwable ex) {
			SafeLog.debug(logger, "Other processes cannot be told who holds and waits here", ex);
		}
	}

	/** What the managers of all processes show. */
	List<ProcessPicture> pictures() {
		LockBackend current = openedBackend();
		try {
			return (current != null) ? current.pictures() : List.of();
		}
		catch (Throwable ex) {
			SafeLog.debug(logger, "It cannot be told who holds and waits in other processes", ex);
			return List.of();
		}
	}

	/** Has somebody fail who asks the backend; too late if it has been granted. */
	void refuse(Acquisition asker, DistributedLock lock, RuntimeException failure) {
		this.refusals.put(asker, failure);
		if (this.askers.contains(asker)) {
			lock.tellMembers();
		}
		else {
			this.refusals.remove(asker);
		}
	}

	private void checkRefusal(Acquisition asker) {
		RuntimeException refusal = this.refusals.remove(asker);
		if (refusal != null) {
			throw refusal;
		}
	}

	/** Those who ask the backend again and again. */
	Collection<Acquisition> askers() {
		return this.askers;
	}

	/** Waits until those who ask the backend have noticed that the manager is closed. */
	void awaitAskers() {
		long start = System.nanoTime();
		while (!this.askers.isEmpty() && System.nanoTime() - start < LONGEST_ASK_NANOS) {
			LockSupport.parkNanos(this, ASK_PAUSE_NANOS);
		}
	}

	/** Gives all leases up that are still held, and closes the backend. */
	void close() {
		this.closed = true;
		this.backend.refuse();
		List<DefaultLockHandle> losers = new ArrayList<>();
		this.active.forEach((lease, entry) -> losers.addAll(giveUp(entry.lock(), lease, CLOSED)));
		tellOfLoss(losers, CLOSED);
		this.backend.close();
	}

	/** The backend, or {@code null} if nobody has needed it yet. */
	@Nullable LockBackend openedBackend() {
		return this.backend.opened();
	}

	/** Opens the backend now, to find out at once if it cannot be used. */
	LockBackend backend() {
		return this.backend.get();
	}

	private void renewSoon() {
		this.whenTicking.run();
		long now = System.nanoTime();
		List<Active> due = new ArrayList<>();
		this.active.forEach((lease, entry) -> {
			if (entry.renewal().begin(now, TICK_NANOS)) {
				due.add(entry);
			}
		});
		// A backend that hangs delays those only that are renewed together.
		for (int i = 0; i < due.size(); i += RENEWED_TOGETHER) {
			List<Active> together = List.copyOf(due.subList(i, Math.min(due.size(), i + RENEWED_TOGETHER)));
			this.workers.execute(() -> renewTogether(together));
		}
	}

	/** One after the other; a backend that is slow is asked by others meanwhile. */
	private void renewTogether(List<Active> due) {
		List<Active> rest = due;
		while (!rest.isEmpty()) {
			long asked = System.nanoTime();
			Active first = rest.get(0);
			Optional<Duration> interval = first.renewal().ask((lease) -> renew(first, lease));
			rest = rest.subList(1, rest.size());
			long all = (System.nanoTime() - asked) * rest.size();
			if (interval.isPresent() && all > interval.get().toNanos() / SLOW_PART) {
				int half = (rest.size() + 1) / 2;
				List<Active> later = rest.subList(half, rest.size());
				rest = rest.subList(0, half);
				this.workers.execute(() -> renewTogether(later));
			}
		}
	}

	/** Returns the time until the next time; empty if there was no answer. */
	private Optional<Duration> renew(Active entry, Lease lease) {
		Validity validity = entry.validity();
		Duration interval = lease.renewalInterval();
		Moment asked = now();
		try {
			boolean kept = backend().renew(lease);
			boolean inTime = !kept || validity.extend(asked);
			entry.renewal().ended(asked.nanos() + interval.toNanos(), false);
			if (!(kept && inTime)) {
				// Also for whom it is being handed on to.
				validity.end();
				this.workers.execute(() -> notKept(entry.lock(), lease, inTime ? NOT_KEPT : NOT_RENEWED));
			}
			return Optional.of(interval);
		}
		catch (Throwable ex) {
			if (!entry.renewal().ended(System.nanoTime() + interval.toNanos() / RETRIES, true)) {
				SafeLog.warn(logger,
						"The distributed lock on " + LockNames.quote(lease.resource())
								+ " could not be renewed now and will be tried again and again: " + ex.getMessage(),
						null);
			}
			return Optional.empty();
		}
	}

	private void notKept(DistributedLock lock, Lease lease, String reason) {
		lock.lingering(lease)
			.ifPresent((lingering) -> SafeLog.warn(logger, "The minimum hold of the distributed lock on "
					+ LockNames.quote(lease.resource()) + " has ended early, others may have got it already: " + reason,
					null));
		lose(lock, lease, reason);
	}

	private void lose(DistributedLock lock, Lease lease, String reason) {
		tellOfLoss(giveUp(lock, lease, reason), reason);
	}

	/** Tells the holders only, who must know at once. */
	private List<DefaultLockHandle> giveUp(DistributedLock lock, Lease lease, String reason) {
		List<DefaultLockHandle> losers = lock.lose(lease, reason);
		losers.forEach(DefaultLockHandle::lost);
		endLingering(lock, lease);
		release(lease);
		return losers;
	}

	/** Tells everybody else, who may take their time. */
	private void tellOfLoss(List<DefaultLockHandle> losers, String reason) {
		for (DefaultLockHandle handle : losers) {
			SafeLog.warn(logger, Failures.lost(handle, reason), null);
			this.whenLost.accept(handle);
		}
	}

	private void release(Lease lease) {
		Active entry = forget(lease);
		if (entry != null) {
			entry.renewal().end(() -> giveBack(lease));
		}
	}

	private void giveBack(Lease lease) {
		try {
			backend().release(lease);
		}
		catch (Throwable ex) {
			SafeLog.warn(logger, "A distributed lock was not given back cleanly: " + ex.getMessage(), ex);
		}
	}

	/**
	 * A lease in use.
	 *
	 * @param lock the lock it is for
	 * @param validity how long it is valid
	 * @param renewal how it is renewed
	 * @param timers what will happen to it
	 */
	private record Active(DistributedLock lock, Validity validity, Renewal renewal, List<Future<?>> timers) {

		static Active of(DistributedLock lock, HeldLease held) {
			return new Active(lock, held.validity(), held.renewal(), List.of());
		}

		Active with(Future<?> timer) {
			List<Future<?>> extended = new ArrayList<>(this.timers);
			extended.removeIf(Future::isDone);
			extended.add(timer);
			return new Active(this.lock, this.validity, this.renewal, List.copyOf(extended));
		}

	}

}
