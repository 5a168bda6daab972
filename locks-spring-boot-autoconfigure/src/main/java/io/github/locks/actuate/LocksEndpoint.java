package io.github.locks.actuate;

import java.util.List;

import io.github.locks.Deadlock;
import io.github.locks.InvalidLockNameException;
import io.github.locks.LockManager;
import io.github.locks.ResourceStatistics;
import io.github.locks.ResourceStatus;
import org.jspecify.annotations.Nullable;

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

	private final LockManager lockManager;

	/**
	 * Creates the endpoint.
	 * @param lockManager the lock manager to show
	 */
	public LocksEndpoint(LockManager lockManager) {
		this.lockManager = lockManager;
	}

	/**
	 * Returns all resources, or the one with the given name.
	 * @param resource name of a resource, or {@code null} for all
	 * @return a snapshot, or {@code null} if there is no such resource
	 */
	@ReadOperation
	public @Nullable LocksDescriptor locks(@Nullable String resource) {
		if (resource != null) {
			return find(resource);
		}
		return new LocksDescriptor(this.lockManager.getStatistics(), this.lockManager.getLockStatus(),
				this.lockManager.detectDeadlocks());
	}

	/**
	 * Returns the resource whose name is the rest of the path. Names that do not survive
	 * a path, such as those with an empty segment, are to be read by
	 * {@link #locks(String)}.
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
