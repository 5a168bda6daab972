package io.github.locks.actuate;

import java.util.List;

import io.github.locks.Deadlock;
import io.github.locks.ResourceStatistics;
import io.github.locks.ResourceStatus;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What {@link LocksEndpoint} answers: a snapshot of all resources, or of one.
 *
 * @param statistics how often, how long and by whom the resources were locked
 * @param status who holds and who waits now
 * @param deadlocks owners that wait for each other, or suspiciously long
 * @param resourcesLeftOut how many resources are known, but not in the document, or
 * {@code null} if all are
 */
public record LocksDescriptor(List<ResourceStatistics> statistics, List<ResourceStatus> status,
		List<Deadlock> deadlocks, @Nullable Integer resourcesLeftOut) implements OperationResponseBody {

	/**
	 * Copies the lists.
	 */
	public LocksDescriptor {
		statistics = List.copyOf(statistics);
		status = List.copyOf(status);
		deadlocks = List.copyOf(deadlocks);
	}

	/**
	 * Creates a snapshot that leaves no resource out.
	 * @param statistics how often, how long and by whom the resources were locked
	 * @param status who holds and who waits now
	 * @param deadlocks owners that wait for each other, or suspiciously long
	 */
	public LocksDescriptor(List<ResourceStatistics> statistics, List<ResourceStatus> status, List<Deadlock> deadlocks) {
		this(statistics, status, deadlocks, null);
	}

}
