package io.github.locks.actuate;

import java.util.List;

import io.github.locks.Deadlock;
import io.github.locks.LockAdvice;
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
 * @param resourcesLeftOut how many resources are known and were asked for, but are not in
 * the document, or {@code null} if all are
 * @param advice what the numbers say should be changed, or {@code null} if nothing
 */
public record LocksDescriptor(List<ResourceStatistics> statistics, List<ResourceStatus> status,
		List<Deadlock> deadlocks, @Nullable Integer resourcesLeftOut,
		@Nullable List<LockAdvice> advice) implements OperationResponseBody {

	/**
	 * Copies the lists.
	 */
	public LocksDescriptor {
		statistics = List.copyOf(statistics);
		status = List.copyOf(status);
		deadlocks = List.copyOf(deadlocks);
		advice = (advice == null || advice.isEmpty()) ? null : List.copyOf(advice);
	}

	/**
	 * Creates a snapshot that leaves no resource out, and has no advice.
	 * @param statistics how often, how long and by whom the resources were locked
	 * @param status who holds and who waits now
	 * @param deadlocks owners that wait for each other, or suspiciously long
	 */
	public LocksDescriptor(List<ResourceStatistics> statistics, List<ResourceStatus> status, List<Deadlock> deadlocks) {
		this(statistics, status, deadlocks, null, null);
	}

}
