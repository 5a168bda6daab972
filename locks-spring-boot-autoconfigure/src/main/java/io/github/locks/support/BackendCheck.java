package io.github.locks.support;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.locks.LockBackendException;
import io.github.locks.LockType;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.LockBackend;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether a backend still gives locks out, by asking for one that is reserved
 * for that. That somebody else has it is as good an answer. As a backend may hang, a
 * worker asks, and never more than one at a time.
 */
final class BackendCheck {

	static final String RESOURCE = "io.github.locks.health";

	private final Leases leases;

	private final Workers workers;

	@GuardedBy("this")
	private @Nullable CompletableFuture<Void> running;

	BackendCheck(Leases leases, Workers workers) {
		this.leases = leases;
		this.workers = workers;
	}

	void run(Duration patience) {
		LockBackend backend = this.leases.openedBackend();
		if (backend == null) {
			return;
		}
		try {
			ask(backend).get(LockSettings.nanos(patience), TimeUnit.NANOSECONDS);
		}
		catch (TimeoutException ex) {
			throw failure("did not answer within " + Failures.text(patience), ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw failure("could not be checked: the thread was interrupted", ex);
		}
		catch (ExecutionException ex) {
			throw failure("gives no locks out: " + ex.getCause(), ex.getCause());
		}
	}

	private synchronized CompletableFuture<Void> ask(LockBackend backend) {
		CompletableFuture<Void> current = this.running;
		if (current == null || current.isDone()) {
			current = CompletableFuture.runAsync(() -> takeAndGiveBack(backend), this.workers::execute);
			this.running = current;
		}
		return current;
	}

	private static void takeAndGiveBack(LockBackend backend) {
		Optional<Lease> lease = backend
			.tryAcquire(new LeaseRequest(RESOURCE, LockType.DISTRIBUTED, "health check", null, Instant.now()));
		lease.ifPresent(backend::release);
	}

	private static LockBackendException failure(String what, @Nullable Throwable cause) {
		return new LockBackendException("The backend of the distributed locks " + what, RESOURCE, LockType.DISTRIBUTED,
				cause);
	}

}
