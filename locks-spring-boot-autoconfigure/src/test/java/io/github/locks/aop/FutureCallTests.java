package io.github.locks.aop;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.github.locks.InvalidLockNameException;
import io.github.locks.LockHandle;
import io.github.locks.LockLostException;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.LockType;
import io.github.locks.annotation.OnFailure;
import io.github.locks.annotation.ReadLock;
import io.github.locks.annotation.WriteLock;
import io.github.locks.support.DefaultLockManager;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Calls that return a future.
 */
@Timeout(30)
class FutureCallTests {

	private final DefaultLockManager locks = DefaultLockManager.builder().shutdownTimeout(Duration.ZERO).build();

	private final Store store = new LockedProxies(this.locks).cglib(new Store());

	private final CompletableFuture<String> work = new CompletableFuture<>();

	@AfterEach
	void close() {
		this.locks.close();
	}

	@Test
	void lockIsHeldUntilTheFutureCompletes() {
		CompletableFuture<String> result = this.store.future(() -> this.work);
		assertThat(isFree()).isFalse();
		assertThat(result).isNotDone();
		this.work.complete("done");
		assertThat(result).isCompletedWithValue("done");
		assertThat(isFree()).isTrue();
	}

	@Test
	void lockIsReleasedBeforeTheFutureCompletes() {
		CompletableFuture<Boolean> free = this.store.future(() -> this.work).thenApply((value) -> isFree());
		this.work.complete("done");
		assertThat(free).isCompletedWithValue(true);
	}

	@Test
	void lockIsReleasedBeforeTheFailureIsSeen() throws Exception {
		IllegalArgumentException failure = new IllegalArgumentException("boom");
		CompletableFuture<String> result = this.store.future(() -> this.work);
		CompletableFuture<Boolean> free = result.handle((value, ex) -> isFree());
		this.work.completeExceptionally(failure);
		assertThat(free).isCompletedWithValue(true);
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(result::get).withCause(failure);
	}

	@Test
	void cancellationReachesTheWorkAndReleases() {
		CompletableFuture<String> result = this.store.future(() -> this.work);
		CompletableFuture<Boolean> free = result.handle((value, ex) -> isFree());
		assertThat(result.cancel(true)).isTrue();
		assertThat(this.work).isCancelled();
		assertThat(result).isCancelled();
		assertThat(free).isCompletedWithValue(true);
		assertThat(result.cancel(true)).isTrue();
	}

	@Test
	void cancelledWorkCancelsTheResult() {
		CompletableFuture<String> result = this.store.future(() -> this.work);
		this.work.cancel(true);
		assertThatExceptionOfType(CancellationException.class).isThrownBy(result::join);
		assertThat(isFree()).isTrue();
	}

	@Test
	void cancellingAStageThatCannotBeCancelledKeepsTheLockUntilItEnds() {
		CompletableFuture<String> result = this.store.stage(this.work::minimalCompletionStage).toCompletableFuture();
		assertThat(result.cancel(true)).isTrue();
		assertThat(isFree()).isFalse();
		this.work.complete("done");
		assertThat(isFree()).isTrue();
	}

	@Test
	void readersShareTheLock() {
		CompletableFuture<String> first = this.store.read(() -> this.work);
		CompletableFuture<String> second = this.store.read(() -> CompletableFuture.completedFuture("second"));
		assertThat(second).isCompletedWithValue("second");
		assertThat(first).isNotDone();
		assertThat(LockedProxies.isReadable(this.locks, "a")).isTrue();
		assertThat(isFree()).isFalse();
		this.work.complete("first");
		assertThat(isFree()).isTrue();
	}

	@Test
	void callIsAnOwnerOfItsOwn() {
		CompletableFuture<String> first = this.store.future(() -> this.work);
		CompletableFuture<String> second = this.store.impatient(() -> CompletableFuture.completedFuture("second"));
		assertThatExceptionOfType(CompletionException.class).isThrownBy(second::join)
			.withCauseInstanceOf(LockTimeoutException.class);
		this.work.complete("first");
		assertThat(first).isCompletedWithValue("first");
	}

	@Test
	void nestedCallsAreReentrant() {
		CompletableFuture<String> result = this.store
			.future(() -> this.store.future(() -> CompletableFuture.completedFuture("inner")));
		assertThat(result).isCompletedWithValue("inner");
		try (LockHandle held = this.locks.writeLock("a")) {
			assertThat(this.store.future(() -> CompletableFuture.completedFuture(held.resource())))
				.isCompletedWithValue("a");
		}
		assertThat(isFree()).isTrue();
	}

	@Test
	void threadActsForItselfAfterTheCall() {
		LockOwner before = LockOwner.current();
		this.store.future(() -> this.work);
		assertThat(LockOwner.current()).isEqualTo(before);
		this.work.complete("done");
	}

	@Test
	void nullInsteadOfAFutureReleases() {
		assertThat(this.store.future(() -> null)).isNull();
		assertThat(isFree()).isTrue();
	}

	@Test
	void exceptionInsteadOfAFutureReleases() {
		IllegalArgumentException failure = new IllegalArgumentException("boom");
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> this.store.future(() -> {
			throw failure;
		})).isSameAs(failure);
		assertThat(isFree()).isTrue();
	}

	@Test
	void skippedCallIsAFutureOfNull() {
		AtomicBoolean ran = new AtomicBoolean();
		try (LockHandle held = other()) {
			assertThat(this.store.skip(() -> {
				ran.set(true);
				return this.work;
			})).isCompletedWithValue(null);
			assertThat(held.isHeld()).isTrue();
		}
		assertThat(ran).isFalse();
	}

	@Test
	void nameThatIsRefusedFailsTheFuture() {
		assertThat(this.store.named("")).isCompletedExceptionally()
			.failsWithin(Duration.ZERO)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(InvalidLockNameException.class);
	}

	@Test
	void plainFutureIsFollowed() throws Exception {
		FutureTask<String> task = new FutureTask<>(() -> "done");
		Future<String> result = this.store.plain(() -> task);
		assertThat(isFree()).isFalse();
		task.run();
		assertThat(result.get(10, TimeUnit.SECONDS)).isEqualTo("done");
		assertThat(isFree()).isTrue();
	}

	@Test
	void threadThatWaitsInheritsNothingFromTheCaller() throws Exception {
		InheritableThreadLocal<String> inherited = new InheritableThreadLocal<>();
		CompletableFuture<Thread> watcher = new CompletableFuture<>();
		CompletableFuture<Optional<String>> value = new CompletableFuture<>();
		FutureTask<String> task = new FutureTask<>(() -> "done") {

			@Override
			public String get() throws InterruptedException, ExecutionException {
				watcher.complete(Thread.currentThread());
				value.complete(Optional.ofNullable(inherited.get()));
				return super.get();
			}

		};
		Thread caller = Thread.currentThread();
		ClassLoader loader = caller.getContextClassLoader();
		caller.setContextClassLoader(new ClassLoader(loader) {
		});
		inherited.set("of the caller");
		Future<String> result;
		try {
			result = this.store.plain(() -> task);
		}
		finally {
			caller.setContextClassLoader(loader);
		}
		assertThat(value.get(20, TimeUnit.SECONDS)).isEmpty();
		Thread thread = watcher.get(20, TimeUnit.SECONDS);
		assertThat(thread.getName()).startsWith("locks-future-");
		assertThat(thread.isDaemon()).isTrue();
		assertThat(thread.getContextClassLoader()).isSameAs(LockAdvisor.class.getClassLoader());
		task.run();
		assertThat(result.get(20, TimeUnit.SECONDS)).isEqualTo("done");
		thread.join(TimeUnit.SECONDS.toMillis(20));
		assertThat(thread.isAlive()).isFalse();
	}

	@Test
	void plainFutureThatIsDoneReleasesAtOnce() throws Exception {
		FutureTask<String> task = new FutureTask<>(() -> {
			throw new IllegalArgumentException("boom");
		});
		task.run();
		Future<String> result = this.store.plain(() -> task);
		assertThat(isFree()).isTrue();
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(result::get)
			.withCauseInstanceOf(IllegalArgumentException.class);
	}

	@Test
	void plainFutureThatThrowsSomethingElseReleases() {
		IllegalStateException failure = new IllegalStateException("not reachable");
		CountDownLatch ended = new CountDownLatch(1);
		Future<String> result = this.store.plain(() -> new FutureTask<>(() -> "done") {

			@Override
			public String get() throws InterruptedException {
				ended.await();
				throw failure;
			}

		});
		assertThat(isFree()).isFalse();
		ended.countDown();
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> result.get(10, TimeUnit.SECONDS))
			.withCause(failure);
		assertThat(isFree()).isTrue();
	}

	@Test
	void cancellingAPlainFutureCancelsTheWork() {
		FutureTask<String> task = new FutureTask<>(() -> "done");
		Future<String> result = this.store.plain(() -> task);
		assertThat(result.cancel(true)).isTrue();
		assertThat(task).isCancelled();
		assertThat(isFree()).isTrue();
	}

	@Test
	void futureOfItsOwnTypeIsReturnedAsItIs() {
		FutureTask<String> task = new FutureTask<>(() -> "done");
		assertThat(this.store.task(() -> task)).isSameAs(task);
		assertThat(isFree()).isFalse();
		task.run();
		Awaitility.await().until(this::isFree);
	}

	@Test
	void lostLockFailsTheFuture() {
		LockHandle handle = mock(LockHandle.class);
		given(handle.resource()).willReturn("a");
		given(handle.type()).willReturn(LockType.WRITE);
		given(handle.owner()).willReturn(LockOwner.task());
		given(handle.isLost()).willReturn(true);
		LockManager manager = mock(LockManager.class);
		given(manager.acquire(any())).willReturn(handle);
		CompletableFuture<String> result = new LockedProxies(manager).cglib(new Store()).future(() -> this.work);
		this.work.complete("done");
		assertThat(result).failsWithin(Duration.ZERO)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(LockLostException.class);
	}

	private LockHandle other() {
		return this.locks.acquire(LockRequest.write("a").owner(LockOwner.create("other")).build());
	}

	private boolean isFree() {
		return LockedProxies.isFree(this.locks, "a");
	}

	static class Store {

		@WriteLock("a")
		CompletableFuture<String> future(Supplier<CompletableFuture<String>> body) {
			return body.get();
		}

		@ReadLock("a")
		CompletableFuture<String> read(Supplier<CompletableFuture<String>> body) {
			return body.get();
		}

		@WriteLock(value = "a", timeout = "0")
		CompletableFuture<String> impatient(Supplier<CompletableFuture<String>> body) {
			return body.get();
		}

		@WriteLock(value = "a", timeout = "0", onFailure = OnFailure.SKIP)
		CompletableFuture<String> skip(Supplier<CompletableFuture<String>> body) {
			return body.get();
		}

		@WriteLock("#{#name}")
		CompletableFuture<String> named(String name) {
			return CompletableFuture.completedFuture(name);
		}

		@WriteLock("a")
		CompletionStage<String> stage(Supplier<CompletionStage<String>> body) {
			return body.get();
		}

		@WriteLock("a")
		Future<String> plain(Supplier<Future<String>> body) {
			return body.get();
		}

		@WriteLock("a")
		FutureTask<String> task(Supplier<FutureTask<String>> body) {
			return body.get();
		}

	}

}
