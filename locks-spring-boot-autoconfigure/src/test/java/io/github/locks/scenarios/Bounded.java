package io.github.locks.scenarios;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

import org.awaitility.Awaitility;

/**
 * Waits that end. The bound is for machines that are busy: a test that passes does not
 * come near it.
 */
final class Bounded {

	static final Duration BOUND = Duration.ofSeconds(15);

	private Bounded() {
	}

	/** Waits until something can be seen. */
	static void until(String what, BooleanSupplier condition) {
		Awaitility.await(what)
			.pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(1))
			.atMost(BOUND)
			.until(condition::getAsBoolean);
	}

	/** Waits for the value of a future, which must not fail. */
	static <T> T value(CompletableFuture<T> future) {
		try {
			return future.get(BOUND.toSeconds(), TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			throw new AssertionError("Failed, but was to be granted", ex.getCause());
		}
		catch (InterruptedException | TimeoutException ex) {
			throw new AssertionError("Not granted", ex);
		}
	}

	/** Waits for the failure of a future, which must not have a value. */
	static <X extends Throwable> X failure(CompletableFuture<?> future, Class<X> type) {
		try {
			throw new AssertionError("Granted, but was to fail: " + future.get(BOUND.toSeconds(), TimeUnit.SECONDS));
		}
		catch (ExecutionException ex) {
			if (type.isInstance(ex.getCause())) {
				return type.cast(ex.getCause());
			}
			throw new AssertionError("Failed in another way than to be expected", ex.getCause());
		}
		catch (InterruptedException | TimeoutException ex) {
			throw new AssertionError("Not failed", ex);
		}
	}

}
