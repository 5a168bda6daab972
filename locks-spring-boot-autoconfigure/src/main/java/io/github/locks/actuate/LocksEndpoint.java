package io.github.locks.actuate;

import java.util.List;
import java.util.function.IntFunction;

import io.github.locks.Deadlock;
import io.github.locks.InvalidLockNameException;
import io.github.locks.LockManager;
import io.github.locks.ResourceStatistics;
import io.github.locks.ResourceStatus;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * {@link Endpoint @Endpoint} that shows who holds and who waits for locks, their
 * statistics and deadlocks, and resets the statistics. Thread-safe.
 */
@Endpoint(id = "locks", defaultAccess = Access.READ_ONLY)
public final class LocksEndpoint {

	/** About one megabyte, if all of them have a history. */
	private static final int DEFAULT_LIMIT = 500;

	private static final int MAX_LIMIT = 10_000;

	private final LockManager lockManager;

	private final IntFunction<List<ResourceStatistics>> statistics;

	/**
	 * Creates the endpoint.
	 * @param lockManager the lock manager to show
	 */
	@Autowired // where the class itself is registered as a bean
	public LocksEndpoint(LockManager lockManager) {
		this(lockManager, (operations) -> lockManager.getStatistics());
	}

	/**
	 * Creates the endpoint of a lock manager that can leave most recent operations out,
	 * rather than have the endpoint drop them.
	 * @param lockManager the lock manager to show
	 * @param statistics returns the statistics of all resources, given how many recent
	 * operations of each are asked for
	 */
	public LocksEndpoint(LockManager lockManager, IntFunction<List<ResourceStatistics>> statistics) {
		this.lockManager = lockManager;
		this.statistics = statistics;
	}

	/**
	 * Returns all resources, or the one with the given name. Of many resources, those
	 * that somebody waits for come before those that somebody holds, and these before
	 * those that were locked most often; of each only the last recent operations, and the
	 * first who hold and who wait.
	 * @param resource name of a resource, or {@code null} for all
	 * @param limit how many resources at most, or {@code null} for 500
	 * @return a snapshot, or {@code null} if there is no such resource
	 * @throws InvalidEndpointRequestException if the limit is not from 1 to 10,000
	 */
	@ReadOperation
	public @Nullable LocksDescriptor locks(@Nullable String resource, @Nullable Integer limit) {
		int resources = (limit != null) ? limit : DEFAULT_LIMIT;
		if (resources < 1 || resources > MAX_LIMIT) {
			String reason = "'limit' must be a number from 1 to " + MAX_LIMIT + ", not " + limit;
			throw new InvalidEndpointRequestException(reason, reason);
		}
		if (resource != null) {
			return find(resource);
		}
		return new Overview(this.statistics.apply(Overview.OPERATIONS), this.lockManager.getLockStatus(),
				this.lockManager.detectDeadlocks())
			.atMost(resources);
	}

	/**
	 * Returns the resource whose name is the rest of the path. Names that do not survive
	 * a path, such as those with an empty segment, are to be read by
	 * {@link #locks(String, Integer)}.
	 * @param resource segments of the path
	 * @return a snapshot, or {@code null} if there is no such resource
	 */
	@ReadOperation
	public @Nullable LocksDescriptor lock(@Selector(match = Selector.Match.ALL_REMAINING) String... resource) {
		return find(String.join("/", resource));
	}

	/**
	 * Forgets the statistics of all resources, or of the one with the given name. Does
	 * nothing if there is no such resource.
	 * @param resource name of a resource, or {@code null} for all
	 * @throws InvalidEndpointRequestException if the name can be none of a resource
	 */
	@DeleteOperation
	public void resetStatistics(@Nullable String resource) {
		if (resource == null) {
			this.lockManager.resetStatistics();
			return;
		}
		try {
			this.lockManager.resetStatistics(resource);
		}
		catch (InvalidLockNameException ex) {
			String reason = String.valueOf(ex.getMessage());
			throw new InvalidEndpointRequestException(reason, reason, ex);
		}
	}

	private @Nullable LocksDescriptor find(String resource) {
		try {
			List<ResourceStatistics> statistics = this.lockManager.getStatistics(resource);
			List<ResourceStatus> status = this.lockManager.getLockStatus(resource);
			if (statistics.isEmpty() && status.isEmpty()) {
				return null;
			}
			return new LocksDescriptor(statistics, status, deadlocksOf(resource));
		}
		catch (InvalidLockNameException ex) {
			return null;
		}
	}

	private List<Deadlock> deadlocksOf(String resource) {
		return this.lockManager.detectDeadlocks()
			.stream()
			.filter((deadlock) -> deadlock.participants()
				.stream()
				.anyMatch((owner) -> owner.waitsFor().equals(resource) || owner.holds().contains(resource)))
			.toList();
	}

}
