package io.github.locks.aop;

import java.lang.reflect.Method;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.locks.LockException;
import net.bytebuddy.implementation.bind.annotation.AllArguments;
import net.bytebuddy.implementation.bind.annotation.Origin;
import net.bytebuddy.implementation.bind.annotation.RuntimeType;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The body of generated methods, and of their fallbacks. Public because generated classes
 * call it.
 */
public final class MatrixWork {

	static final String DONE = "done";

	static final String INSTEAD = "instead";

	private static volatile @Nullable MatrixWork current;

	private final MatrixReturn returns;

	private final @Nullable Action action;

	private final CompletableFuture<Object> end = new CompletableFuture<>();

	private final CountDownLatch started = new CountDownLatch(1);

	private final AtomicInteger runs = new AtomicInteger();

	private final AtomicInteger fallbacks = new AtomicInteger();

	private volatile long token = -1;

	private volatile @Nullable LockException failure;

	MatrixWork(MatrixReturn returns, @Nullable Action action) {
		this.returns = returns;
		this.action = action;
	}

	/**
	 * Lets the bodies of generated methods do this work from now on.
	 */
	void install() {
		current = this;
	}

	/**
	 * Called by generated methods.
	 * @param method the method
	 * @param arguments its arguments
	 * @return its result
	 * @throws Throwable what it throws
	 */
	@RuntimeType
	public static @Nullable Object run(@Origin(cache = false) Method method, @AllArguments Object[] arguments)
			throws Throwable {
		MatrixWork work = current;
		assertThat(work).isNotNull();
		return method.getName().equals(INSTEAD) ? work.fallback(arguments) : work.run(arguments);
	}

	private @Nullable Object fallback(Object[] arguments) {
		this.fallbacks.incrementAndGet();
		this.failure = (arguments.length > 3) ? (LockException) arguments[3] : null;
		return this.returns.isDeferred()
				? this.returns.work(CompletableFuture.completedFuture(INSTEAD), this.started::countDown)
				: this.returns.value(INSTEAD);
	}

	private @Nullable Object run(Object[] arguments) throws Throwable {
		this.runs.incrementAndGet();
		this.token = (long) arguments[1];
		if (this.returns.isDeferred()) {
			return this.returns.work(this.end, this.started::countDown);
		}
		if (this.action != null) {
			this.action.run(this);
		}
		try {
			this.end.get(20, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			this.end.cancel(true);
			throw ex;
		}
		catch (ExecutionException ex) {
			throw ex.getCause();
		}
		return this.returns.value(DONE);
	}

	boolean hasAction() {
		return this.action != null;
	}

	/**
	 * Does what is to be done while the work of a deferred method runs.
	 * @param observed the end of the work; if it comes first, nothing is to be done
	 */
	void runAction(Future<?> observed) throws Exception {
		if (observed instanceof CompletableFuture<?> future) {
			future.whenComplete((value, failure) -> this.started.countDown());
		}
		assertThat(this.started.await(20, TimeUnit.SECONDS)).as("the work runs").isTrue();
		if (!observed.isDone()) {
			Objects.requireNonNull(this.action).run(this);
		}
	}

	void succeed() {
		this.end.complete(DONE);
	}

	void fail(Throwable failure) {
		this.end.completeExceptionally(failure);
	}

	CompletableFuture<Object> end() {
		return this.end;
	}

	int runs() {
		return this.runs.get();
	}

	int fallbacks() {
		return this.fallbacks.get();
	}

	long token() {
		return this.token;
	}

	/**
	 * Returns the exception that the fallback was given.
	 */
	@Nullable LockException failure() {
		return this.failure;
	}

	/**
	 * What happens while the work runs.
	 */
	@FunctionalInterface
	interface Action {

		void run(MatrixWork work) throws Exception;

	}

}
