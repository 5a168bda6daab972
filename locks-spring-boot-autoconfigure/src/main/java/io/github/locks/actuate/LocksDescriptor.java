package io.github.locks.actuate;

import java.util.List;

import io.github.locks.Deadlock;
import io.github.locks.ResourceStatistics;
import io.github.locks.ResourceStatus;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What {@link LocksEndpoint} answers: a snapshot of all resources, or of one.
 *
 * @param statistics how often, how long and by whom the resources were locked
 * @param status who holds and who waits now
 * @param deadlocks owners that wait for each other, or suspiciously long
 */
public record LocksDescriptor(List<ResourceStatistics> statistics, List<ResourceStatus> status,
		List<Deadlock> deadlocks) implements OperationResponseBody {

	/**
	 * Copies the lists.
	 */
	public LocksDescriptor {
		statistics = List.copyOf(statistics);
		status = List.copyOf(status);
		deadlocks = List.copyOf(deadlocks);
	}

}
