package io.github.locks.aop;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.github.locks.LockException;
import io.github.locks.LockHandle;
import io.github.locks.LockLostException;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.LockType;
import io.github.locks.aop.MatrixWork.Action;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * One generated method, called in one way: what there is to see.
 *
 * @param locks the locks
 * @param attribute what the annotation says
 * @param type the kind of lock
 * @param returns what the method returns
 * @param id the argument of the calls, different for each cell
 * @param resources what the calls lock, in the order of locking
 * @param proxy the proxy
 * @param method the method to call on it
 */
record MatrixCell(RecordedLocks locks, MatrixAttribute attribute, LockType type, MatrixReturn returns, String id,
		List<String> resources, Object proxy, Method method) {

	void isHeldWhileTheWorkRuns() throws Exception {
		MatrixWork work = work((running) -> {
			assertHeld();
			running.succeed();
		});
		assertThat(outcome(work, this.id)).isEqualTo(this.returns.value(MatrixWork.DONE));
		assertFree();
		IllegalStateException failure = new IllegalStateException("the work fails");
		MatrixWork failing = work((running) -> {
			assertHeld();
			running.fail(failure);
		});
		assertThat(failure(failing, this.returns.isDeferred())).isSameAs(failure);
		assertFree();
		if (this.returns.isDeferred()) {
			isFreeAfterCancel();
		}
	}

	private void isFreeAfterCancel() throws Exception {
		MatrixWork work = work((running) -> assertHeld());
		Future<?> observed = begin(work, this.id);
		work.runAction(observed);
		observed.cancel(true);
		assertCancelled(work);
		assertFreeSoon();
	}

	void timeoutIsTold() throws Exception {
		MatrixWork work = work(null);
		try (LockHandle stranger = stranger()) {
			assertThat(stranger.isHeld()).isTrue();
			assertTimeout(work, this.id);
		}
		assertFree();
	}

	private void assertTimeout(MatrixWork work, String argument) throws Exception {
		Throwable failure = failure(work, argument, this.returns.isDeferred() && !this.returns.isOriginal());
		assertThat(failure).isInstanceOfSatisfying(LockTimeoutException.class, (timeout) -> {
			assertThat(timeout.timeout()).isZero();
			assertThat(timeout.resource()).isEqualTo(this.attribute.resource(argument));
			assertThat(timeout.type()).isEqualTo(this.type);
		});
		assertThat(work.runs()).isZero();
	}

	void callIsSkipped() throws Exception {
		MatrixWork work = work(null);
		try (LockHandle stranger = stranger()) {
			assertThat(stranger.isHeld()).isTrue();
			assertThat(outcome(work, this.id)).isEqualTo(this.returns.empty());
			assertThat(work.runs()).isZero();
		}
		assertFree();
	}

	void fallbackAnswers() throws Exception {
		MatrixWork work = work(null);
		try (LockHandle stranger = stranger()) {
			assertThat(stranger.isHeld()).isTrue();
			assertThat(outcome(work, this.id)).isEqualTo(this.returns.value(MatrixWork.INSTEAD));
		}
		assertThat(work.runs()).isZero();
		assertThat(work.fallbacks()).isEqualTo(1);
		LockException failure = work.failure();
		if (this.attribute.isFallbackWithException()) {
			assertThat(failure).isInstanceOf(LockTimeoutException.class);
		}
		assertFree();
		MatrixWork undisturbed = work(MatrixWork::succeed);
		assertThat(outcome(undisturbed, this.id)).isEqualTo(this.returns.value(MatrixWork.DONE));
		assertThat(undisturbed.fallbacks()).isZero();
	}

	void conditionDecides() throws Exception {
		String lock = this.id + "!";
		try (LockHandle stranger = stranger(this.id); LockHandle other = stranger(lock)) {
			assertThat(stranger.isHeld() && other.isHeld()).isTrue();
			MatrixWork unlocked = work(MatrixWork::succeed);
			assertThat(outcome(unlocked, this.id)).isEqualTo(this.returns.value(MatrixWork.DONE));
			assertTimeout(work(null), lock);
		}
		assertFree();
	}

	void tokenIsPassed() throws Exception {
		MatrixWork work = work(MatrixWork::succeed);
		assertThat(outcome(work, this.id)).isEqualTo(this.returns.value(MatrixWork.DONE));
		assertThat(work.token()).isPositive()
			.isEqualTo(this.locks.handle(this.attribute.resource(this.id)).fencingToken());
	}

	void lossIsTold() throws Exception {
		MatrixWork work = work((running) -> {
			awaitLoss();
			running.succeed();
		});
		assertThat(failure(work, this.returns.isDeferred())).isInstanceOf(LockLostException.class);
		assertThat(this.locks.request(this.attribute.resource(this.id)).lease()).isEqualTo(Duration.ofMillis(5));
		assertFreeSoon();
	}

	private void awaitLoss() throws InterruptedException {
		CountDownLatch lost = new CountDownLatch(1);
		this.locks.handle(this.attribute.resource(this.id)).onLost(lost::countDown);
		assertThat(lost.await(20, TimeUnit.SECONDS)).as("the lease ends").isTrue();
	}

	void lossStopsTheWork() throws Exception {
		MatrixWork work = work(null);
		assertThat(failure(work, this.returns.isDeferred())).isInstanceOf(LockLostException.class);
		assertCancelled(work);
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		assertFreeSoon();
	}

	private static void assertCancelled(MatrixWork work) {
		assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> work.end().get(20, TimeUnit.SECONDS));
	}

	void minimumHoldIsAskedFor() throws Exception {
		MatrixWork work = work((running) -> {
			assertHeld();
			running.succeed();
		});
		assertThat(outcome(work, this.id)).isEqualTo(this.returns.value(MatrixWork.DONE));
		assertThat(this.locks.request(this.attribute.resource(this.id)).minimumHold()).isEqualTo(Duration.ofMillis(1));
		assertFreeSoon();
	}

	/**
	 * Calls the method, whatever comes of it.
	 */
	@Nullable Object call(String argument) throws Throwable {
		try {
			return this.method.invoke(this.proxy, argument, -1L, this.returns.noMark());
		}
		catch (InvocationTargetException ex) {
			throw ex.getCause();
		}
	}

	private MatrixWork work(@Nullable Action action) {
		MatrixWork work = new MatrixWork(this.returns, action);
		work.install();
		return work;
	}

	private Future<?> begin(MatrixWork work, String argument) throws Exception {
		try {
			return this.returns.observe(call(argument));
		}
		catch (Exception | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
	}

	private @Nullable Object outcome(MatrixWork work, String argument) throws Exception {
		return end(begin(work, argument), work);
	}

	private @Nullable Object end(Future<?> observed, MatrixWork work) throws Exception {
		if (this.returns.isDeferred() && work.hasAction()) {
			work.runAction(observed);
		}
		return observed.get(20, TimeUnit.SECONDS);
	}

	private Throwable failure(MatrixWork work, boolean deferred) throws Exception {
		return failure(work, this.id, deferred);
	}

	/**
	 * Calls the method, which fails.
	 * @param deferred whether the failure comes through what the method returns, rather
	 * than from the call
	 */
	private Throwable failure(MatrixWork work, String argument, boolean deferred) throws Exception {
		if (!deferred) {
			Throwable thrown = catchThrowable(() -> call(argument));
			if (thrown instanceof InvalidLockAnnotationException invalid) {
				throw invalid;
			}
			return thrown;
		}
		Future<?> observed = begin(work, argument);
		Throwable failure = catchThrowable(() -> end(observed, work));
		assertThat(failure).isInstanceOf(ExecutionException.class);
		return failure.getCause();
	}

	private LockHandle stranger() {
		return stranger(this.id);
	}

	private LockHandle stranger(String argument) {
		LockType other = (this.type == LockType.READ) ? LockType.WRITE : this.type;
		LockRequest request = LockRequest.of(other, this.attribute.resource(argument))
			.owner(LockOwner.create("stranger"))
			.build();
		return this.locks.manager().acquire(request);
	}

	private void assertHeld() {
		LockType excluded = (this.type == LockType.WRITE) ? LockType.READ
				: (this.type == LockType.READ) ? LockType.WRITE : this.type;
		for (String resource : this.resources) {
			assertThat(isFree(excluded, resource)).as(resource + " is free while the work runs").isFalse();
			if (this.type == LockType.READ) {
				assertThat(isFree(LockType.READ, resource)).as("others may read " + resource).isTrue();
			}
		}
	}

	private void assertFree() {
		if (this.returns.isOriginal()) {
			assertFreeSoon();
		}
		LockType excluded = (this.type == LockType.DISTRIBUTED) ? this.type : LockType.WRITE;
		for (String resource : this.resources) {
			assertThat(isFree(excluded, resource)).as(resource + " is free after the work").isTrue();
		}
	}

	private void assertFreeSoon() {
		LockType excluded = (this.type == LockType.DISTRIBUTED) ? this.type : LockType.WRITE;
		for (String resource : this.resources) {
			LockRequest request = probe(excluded, resource).timeout(Duration.ofSeconds(20)).build();
			try (LockHandle handle = this.locks.manager().acquire(request)) {
				assertThat(handle.isHeld()).isTrue();
			}
		}
	}

	private boolean isFree(LockType type, String resource) {
		return this.locks.manager().tryAcquire(probe(type, resource).build()).map((handle) -> {
			handle.close();
			return true;
		}).orElse(false);
	}

	private static LockRequest.Builder probe(LockType type, String resource) {
		return LockRequest.of(type, resource).owner(LockOwner.create("probe"));
	}

	/**
	 * What is to be seen.
	 */
	@FunctionalInterface
	interface Check {

		void check(MatrixCell cell) throws Exception;

	}

}
