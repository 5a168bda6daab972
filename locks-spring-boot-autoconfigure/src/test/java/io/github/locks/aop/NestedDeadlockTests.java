package io.github.locks.aop;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.github.locks.Deadlock;
import io.github.locks.DeadlockException;
import io.github.locks.annotation.WriteLock;
import io.github.locks.support.DeadlockPolicy;
import io.github.locks.support.DefaultLockManager;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.core.NestedExceptionUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Deadlocks of calls within calls, whatever they return.
 */
@Timeout(30)
class NestedDeadlockTests {

	private DefaultLockManager locks;

	@AfterEach
	void close() {
		this.locks.close();
	}

	@ParameterizedTest
	@EnumSource
	void isOneCycleWithBothParticipants(Nesting nesting) {
		this.locks = DefaultLockManager.builder().shutdownTimeout(Duration.ZERO).build();
		start(nesting);
		Awaitility.await()
			.pollInterval(Duration.ofMillis(5))
			.untilAsserted(() -> assertThat(this.locks.detectDeadlocks()).singleElement().satisfies((deadlock) -> {
				assertThat(deadlock.kind()).isEqualTo(Deadlock.Kind.CYCLE);
				assertThat(deadlock.participants()).extracting(Deadlock.Participant::waitsFor)
					.containsExactlyInAnyOrder("a", "b");
				assertThat(deadlock.participants()).extracting(Deadlock.Participant::owner).doesNotHaveDuplicates();
				assertThat(deadlock.participants()).allSatisfy((one) -> assertThat(one.holds()).hasSize(1));
			}));
	}

	@ParameterizedTest
	@EnumSource
	void isBrokenByFailingOneCall(Nesting nesting) {
		this.locks = DefaultLockManager.builder()
			.deadlockPolicy(DeadlockPolicy.BREAK)
			.shutdownTimeout(Duration.ZERO)
			.build();
		CompletableFuture<?>[] calls = start(nesting);
		long failed = 0;
		for (CompletableFuture<?> call : calls) {
			Throwable failure = call.handle((value, ex) -> ex).join();
			failed += (failure != null) ? 1 : 0;
			if (failure != null) {
				assertThat(NestedExceptionUtils.getMostSpecificCause(failure)).isInstanceOf(DeadlockException.class);
			}
		}
		assertThat(failed).isOne();
	}

	/** Starts two calls that take the locks in opposite order. */
	private CompletableFuture<?>[] start(Nesting nesting) {
		Store store = new LockedProxies(this.locks).cglib(new Store());
		CyclicBarrier bothInside = new CyclicBarrier(2);
		Supplier<CompletableFuture<?>> one = () -> switch (nesting) {
			case PLAIN_IN_PLAIN -> run(() -> store.plainA(() -> meet(bothInside), () -> store.plainB(() -> {
			}, () -> {
			})));
			case FUTURE_IN_PLAIN ->
				run(() -> store.plainA(() -> meet(bothInside), () -> store.futureB(() -> done()).join()));
			case FUTURE_IN_FUTURE -> run(() -> store.futureA(() -> {
				meet(bothInside);
				return store.futureB(() -> done());
			}).join());
			case MONO_IN_MONO -> store.monoA(Mono.fromRunnable(() -> meet(bothInside)).then(store.monoB(Mono.empty())))
				.subscribeOn(Schedulers.boundedElastic())
				.toFuture();
		};
		Supplier<CompletableFuture<?>> two = () -> switch (nesting) {
			case PLAIN_IN_PLAIN -> run(() -> store.plainB(() -> meet(bothInside), () -> store.plainA(() -> {
			}, () -> {
			})));
			case FUTURE_IN_PLAIN ->
				run(() -> store.plainB(() -> meet(bothInside), () -> store.futureA(() -> done()).join()));
			case FUTURE_IN_FUTURE -> run(() -> store.futureB(() -> {
				meet(bothInside);
				return store.futureA(() -> done());
			}).join());
			case MONO_IN_MONO -> store.monoB(Mono.fromRunnable(() -> meet(bothInside)).then(store.monoA(Mono.empty())))
				.subscribeOn(Schedulers.boundedElastic())
				.toFuture();
		};
		return new CompletableFuture<?>[] { one.get(), two.get() };
	}

	private static CompletableFuture<?> run(Runnable call) {
		return CompletableFuture.runAsync(call, (task) -> new Thread(task).start());
	}

	private static CompletableFuture<Void> done() {
		return CompletableFuture.completedFuture(null);
	}

	private static void meet(CyclicBarrier barrier) {
		try {
			barrier.await(10, TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * What calls what.
	 */
	enum Nesting {

		PLAIN_IN_PLAIN, FUTURE_IN_PLAIN, FUTURE_IN_FUTURE, MONO_IN_MONO

	}

	static class Store {

		@WriteLock("a")
		void plainA(Runnable first, Runnable then) {
			first.run();
			then.run();
		}

		@WriteLock("b")
		void plainB(Runnable first, Runnable then) {
			first.run();
			then.run();
		}

		@WriteLock("a")
		CompletableFuture<Void> futureA(Supplier<CompletableFuture<Void>> body) {
			return body.get();
		}

		@WriteLock("b")
		CompletableFuture<Void> futureB(Supplier<CompletableFuture<Void>> body) {
			return body.get();
		}

		@WriteLock("a")
		Mono<Void> monoA(Mono<Void> body) {
			return body;
		}

		@WriteLock("b")
		Mono<Void> monoB(Mono<Void> body) {
			return body;
		}

	}

}
