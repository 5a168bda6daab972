package io.github.locks.actuate;

import java.util.List;

import io.github.locks.Deadlock;
import io.github.locks.LockBackendException;
import io.github.locks.LockManager;
import io.github.locks.LockStatus;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/**
 * {@link HealthIndicator} for locks: down if owners wait for each other in a circle, or
 * if the backend of the distributed locks cannot be used. As a restart mends few
 * backends, it does not belong into the liveness group. Thread-safe.
 */
public final class LocksHealthIndicator extends AbstractHealthIndicator {

	private final LockManager lockManager;

	private final String backend;

	private final @Nullable String directory;

	private final Runnable backendCheck;

	/**
	 * Creates the indicator.
	 * @param lockManager the lock manager to look at
	 * @param backend what keeps the distributed locks
	 * @param directory where it keeps them, or {@code null} if not in a directory
	 * @param backendCheck returns soon, or fails with {@link LockBackendException} if the
	 * backend cannot be used
	 */
	public LocksHealthIndicator(LockManager lockManager, String backend, @Nullable String directory,
			Runnable backendCheck) {
		super((failure) -> (failure instanceof LockBackendException) ? "The distributed locks cannot be used"
				: "The state of the locks could not be read");
		this.lockManager = lockManager;
		this.backend = backend;
		this.directory = directory;
		this.backendCheck = backendCheck;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		List<LockStatus> locks = this.lockManager.getLockStatus()
			.stream()
			.flatMap((resource) -> resource.locks().values().stream())
			.toList();
		List<Deadlock> deadlocks = this.lockManager.detectDeadlocks();
		long cycles = deadlocks.stream().filter((deadlock) -> deadlock.kind() == Deadlock.Kind.CYCLE).count();
		builder.status((cycles > 0) ? Status.DOWN : Status.UP)
			.withDetail("backend", this.backend)
			.withDetail("held", locks.stream().mapToInt((lock) -> lock.holders().size()).sum())
			.withDetail("waiting", locks.stream().mapToInt((lock) -> lock.waiters().size()).sum())
			.withDetail("deadlocks", cycles)
			.withDetail("longWaits", deadlocks.size() - cycles);
		if (this.directory != null) {
			builder.withDetail("directory", this.directory);
		}
		try {
			this.backendCheck.run();
		}
		catch (LockBackendException ex) {
			builder.down(ex);
		}
	}

}
