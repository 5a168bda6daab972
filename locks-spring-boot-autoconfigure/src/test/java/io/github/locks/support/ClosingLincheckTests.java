package io.github.locks.support;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

import io.github.locks.Interleavings;
import io.github.locks.LockHandle;
import io.github.locks.LockManagerClosedException;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A request that is queued while the manager closes is failed: by who closes, or by
 * itself.
 */
@Tag("lincheck")
@Timeout(600)
class ClosingLincheckTests {

	@Test
	void closeAgainstEnqueue() {
		// A manager has threads of its own.
		Interleavings.stress(Closing.class, Refused.class, 3, 1);
	}

	/**
	 * Somebody holds the lock until the manager is closed.
	 */
	public static class Closing {

		private static final Duration PATIENCE = Duration.ofSeconds(5);

		private final DefaultLockManager locks = DefaultLockManager.builder().shutdownTimeout(Duration.ZERO).build();

		private final LockHandle held = this.locks
			.acquire(LockRequest.write("a").owner(LockOwner.create("holder")).build());

		@Operation(runOnce = true)
		public boolean close() {
			this.locks.close();
			return true;
		}

		@Operation(runOnce = true)
		public boolean waitBlocking() {
			return isRefused(() -> this.locks.acquire(LockRequest.write("a").timeout(PATIENCE).build()));
		}

		@Operation(runOnce = true)
		public boolean waitInTheFuture() {
			return isRefused(() -> this.locks.acquireAsync(LockRequest.read("a").timeout(PATIENCE).build()).join());
		}

		private static boolean isRefused(Supplier<LockHandle> request) {
			try {
				request.get().close();
				return false;
			}
			catch (LockManagerClosedException ex) {
				return true;
			}
			catch (CompletionException ex) {
				return ex.getCause() instanceof LockManagerClosedException;
			}
			catch (LockTimeoutException ex) {
				return false;
			}
		}

	}

	/**
	 * All are refused in any order.
	 */
	public static class Refused extends Closing {

		@Override
		public boolean close() {
			return true;
		}

		@Override
		public boolean waitBlocking() {
			return true;
		}

		@Override
		public boolean waitInTheFuture() {
			return true;
		}

	}

}
