package io.github.locks.support;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReadWriteLock;

import io.github.locks.Deadlock;
import io.github.locks.LockAdvice;
import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockManagerClosedException;
import io.github.locks.LockNames;
import io.github.locks.LockOperation;
import io.github.locks.LockOverview;
import io.github.locks.LockQuery;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockScope;
import io.github.locks.LockType;
import io.github.locks.ResourceStatistics;
import io.github.locks.ResourceStatus;
import io.github.locks.deadlock.WaitForGraph;
import io.github.locks.local.Acquisition;
import io.github.locks.spi.LockClaim;
import io.github.locks.spi.LockClock;
import io.github.locks.statistics.StatisticsArchive;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The lock manager. Works without Spring:
 *
 * <pre class="code">
 * try (DefaultLockManager locks = DefaultLockManager.builder().directory(Path.of("locks")).build();
 *      LockHandle held = locks.writeLock("orders:42", Duration.ofSeconds(5))) {
 *     ...
 * }
 * </pre>
 *
 * Safe for use by several threads.
 */
public final class DefaultLockManager implements LockManager, AutoCloseable {

	private static final Log logger = LogFactory.getLog(DefaultLockManager.class);

	private static final long CLOSING_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

	private final LockRuntime runtime;

	/** Whether locks of a request that says nothing else stay inside of this process. */
	private final boolean local;

	private final StatusReader status;

	private final OverviewReader overviews;

	private final Failures failures;

	private final LockViews views;

	private final BackendCheck backendCheck;

	DefaultLockManager(DefaultLockManagerBuilder builder) {
		LockSettings settings = builder.settings();
		this.local = settings.isSurelyLocal(LockScope.CONFIGURED);
		Workers workers = new Workers();
		WaitForGraph graph = new WaitForGraph();
		ResourceTable resources = new ResourceTable(
				new StatisticsArchive(builder.isStatistics(), builder.historySize(), builder.maxResources()),
				builder.maxResources(), builder.fairness());
		Leases leases = new Leases(builder.backend(), workers, settings.localHandOver());
		Listeners listeners = new Listeners(builder.listeners());
		Pictures pictures = new Pictures(leases, graph, resources, workers);
		leases.whenTicking(pictures::refresh);
		leases.whenGranted(pictures::noticeGrant);
		this.runtime = new LockRuntime(settings, workers, resources, graph,
				new DeadlockMonitor(graph, new ProcessDeadlocks(pictures), this::refuse, leases::askers,
						resources::namesByOwner, workers, settings, listeners),
				leases, listeners, new Shutdown(), listeners.followHolds() ? LockClock.EXACT : builder.clock());
		this.status = new StatusReader(resources, leases, pictures);
		this.overviews = new OverviewReader(resources, pictures, this.status, new TimeoutAdvice(settings, resources));
		this.failures = new Failures(settings, this.status);
		this.views = new LockViews(this.runtime, this.failures);
		this.backendCheck = new BackendCheck(leases, workers);
		leases.whenLost((handle) -> this.runtime.publishEnd(LockOperation.Kind.LOST, handle, System.nanoTime()));
		long idleNanos = LockSettings.nanos(settings.idleEviction());
		workers.repeat(() -> resources.evictIdle(idleNanos), Math.max(idleNanos / 4, CLOSING_PAUSE_NANOS));
	}

	/**
	 * Starts to build a lock manager.
	 * @return a builder with the default settings
	 */
	public static DefaultLockManagerBuilder builder() {
		return new DefaultLockManagerBuilder();
	}

	@Override
	public LockHandle readLock(String resource) {
		LockHandle handle = this.local ? DirectAcquire.tryAcquire(this.runtime, resource, LockType.READ, null, null)
				: null;
		return (handle != null) ? handle : acquireIndirect(LockRequest.read(resource).build());
	}

	@Override
	public LockHandle writeLock(String resource) {
		LockHandle handle = this.local ? DirectAcquire.tryAcquire(this.runtime, resource, LockType.WRITE, null, null)
				: null;
		return (handle != null) ? handle : acquireIndirect(LockRequest.write(resource).build());
	}

	@Override
	public LockHandle acquire(LockRequest request) {
		LockHandle handle = tryDirect(check(request), request.owner());
		return (handle != null) ? handle : acquireIndirect(request);
	}

	private @Nullable LockHandle tryDirect(LockRequest request, @Nullable LockOwner owner) {
		return this.runtime.settings().isSurelyLocal(request.scope())
				? DirectAcquire.tryAcquire(this.runtime, request.resource(), request.type(), owner, request) : null;
	}

	private LockHandle acquireIndirect(LockRequest request) {
		return BlockingAcquire.acquire(this.runtime, this.failures, request, true);
	}

	@Override
	public Optional<LockHandle> tryAcquire(LockRequest request) {
		LockHandle handle = tryDirect(check(request), request.owner());
		return Optional
			.ofNullable((handle != null) ? handle : BlockingAcquire.tryAcquire(this.runtime, this.failures, request));
	}

	@Override
	public CompletableFuture<LockHandle> acquireAsync(LockRequest request) {
		LockOwner given = check(request).owner();
		LockOwner owner = (given != null) ? given : LockOwner.task();
		LockHandle handle = tryDirect(request, owner);
		return (handle != null) ? CompletableFuture.completedFuture(handle)
				: AsyncAcquire.acquire(this.runtime, this.failures, request, owner);
	}

	@Override
	public ReadWriteLock readWriteLock(String resource) {
		return this.views.readWriteLock(resource);
	}

	@Override
	public Lock lock(String resource) {
		return this.views.view(resource, LockType.WRITE);
	}

	@Override
	public List<ResourceStatistics> getStatistics() {
		return this.status.statistics(Integer.MAX_VALUE);
	}

	@Override
	public List<ResourceStatistics> getStatistics(String resource) {
		return this.status.statistics(LockNames.check(resource), Integer.MAX_VALUE);
	}

	@Override
	public List<ResourceStatus> getLockStatus() {
		return this.status.statusOfAllProcesses();
	}

	@Override
	public List<ResourceStatus> getLockStatus(String resource) {
		return this.status.statusOfAllProcesses(LockNames.check(resource));
	}

	@Override
	public LockOverview getOverview(LockQuery query) {
		return this.overviews.read(query);
	}

	@Override
	public List<LockAdvice> getAdvice(String resource) {
		return this.overviews.advice(LockNames.check(resource));
	}

	@Override
	public List<Deadlock> detectDeadlocks() {
		return this.runtime.deadlocks().detect();
	}

	@Override
	public void resetStatistics() {
		this.runtime.resources().resetStatistics();
	}

	@Override
	public void resetStatistics(String resource) {
		this.runtime.resources().resetStatistics(LockNames.check(resource));
	}

	/**
	 * Opens the lock directory, or whatever the backend of the distributed locks needs,
	 * to find out now rather than at the first distributed lock whether it can be used.
	 * @throws io.github.locks.LockBackendException if it cannot
	 */
	void openBackend() {
		this.runtime.leases().backend();
	}

	/**
	 * Proves that the backend of the distributed locks can be used, by taking and giving
	 * back a lock that is reserved for that. Does nothing if no distributed lock was
	 * asked for yet.
	 * @param patience how long to wait for the backend at most
	 * @throws io.github.locks.LockBackendException if it fails, or does not answer in
	 * time
	 */
	public void checkBackend(Duration patience) {
		this.backendCheck.run(patience);
	}

	/** Whether the locks of a resource have left the memory. */
	boolean isForgotten(String resource) {
		return this.runtime.resources().find(resource) == null;
	}

	/**
	 * Closes the manager. From now on only owners that hold a lock get more; requests of
	 * others that wait fail with {@link LockManagerClosedException}. Waits for the
	 * holders up to the shutdown timeout, except for the calling thread itself, and not
	 * for minimum holds, which end at once. Then all requests fail, and distributed locks
	 * that are still held are given back and lost to their holders. Has an effect once.
	 */
	@Override
	public void close() {
		if (!this.runtime.shutdown().begin()) {
			return;
		}
		try {
			failWaiters(false);
			this.runtime.leases().endLingering();
			awaitHolders();
		}
		finally {
			end();
		}
	}

	/** Whatever happened before: nothing stays taken. */
	private void end() {
		this.runtime.shutdown().complete();
		try {
			failWaiters(true);
			this.runtime.leases().awaitAskers();
			this.runtime.leases().close();
		}
		finally {
			this.runtime.workers().close();
		}
	}

	private void failWaiters(boolean all) {
		for (LockClaim claim : this.runtime.graph().queued()) {
			if (all || !this.runtime.isInside(claim.owner())) {
				claim.fail(this.runtime.closed(LockRequest.of(claim.type(), claim.resource()).build()));
			}
		}
	}

	private void awaitHolders() {
		Duration patience = this.runtime.settings().shutdownTimeout();
		long nanos = LockSettings.nanos(patience);
		long start = System.nanoTime();
		LockOwner self = LockOwner.current();
		if (nanos > 0 && this.runtime.resources().hasOthersThan(self)) {
			logger.info("Closing waits for locks that are held, up to 'locks.shutdown-timeout' = "
					+ Failures.text(patience) + ": " + Failures.heldBy(this.status.status()));
		}
		while (this.runtime.resources().hasOthersThan(self)) {
			if (System.nanoTime() - start >= nanos || Thread.currentThread().isInterrupted()) {
				logger.warn("Closing while locks are held, after 'locks.shutdown-timeout' = " + Failures.text(patience)
						+ ": " + Failures.heldBy(this.status.status()));
				return;
			}
			LockSupport.parkNanos(this, CLOSING_PAUSE_NANOS);
		}
	}

	/** Fails one who waits for the backend. */
	private void refuse(LockClaim claim, RuntimeException failure) {
		ManagedResource resource = this.runtime.resources().find(claim.resource());
		if (resource != null && claim instanceof Acquisition asker) {
			this.runtime.leases().refuse(asker, resource.distributedLock(claim.type()), failure);
		}
	}

	private static LockRequest check(LockRequest request) {
		if (request == null) {
			throw new IllegalArgumentException("'request' must not be null");
		}
		return request;
	}

}
