package io.github.locks.aop;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.locks.LockHandle;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.annotation.WriteLock;
import io.github.locks.support.DefaultLockManager;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Many subscriptions that end in each way there is. None may keep the lock, or stay in
 * its queue; and those that share one thread exclude each other.
 */
@Timeout(120)
class ReactiveLeakTests {

	private static final int CALLS = 10_000;

	private final DefaultLockManager locks = DefaultLockManager.builder().shutdownTimeout(Duration.ZERO).build();

	private final Store store = new LockedProxies(this.locks).cglib(new Store());

	private final AtomicInteger ends = new AtomicInteger();

	@AfterEach
	void close() {
		this.locks.close();
	}

	static Stream<Named<Call>> calls() {
		return Stream.of(Named.of("Mono", (store, work) -> store.mono(work::singleOrEmpty).flux()),
				Named.of("Flux", (store, work) -> store.flux(() -> work)));
	}

	static Stream<Named<Call>> impatientCalls() {
		return Stream.of(Named.of("Mono", (store, work) -> store.impatientMono(work::singleOrEmpty).flux()),
				Named.of("Flux", (store, work) -> store.impatientFlux(() -> work)));
	}

	@ParameterizedTest
	@MethodSource("calls")
	void cancelledWhileWorking(Call call) {
		for (int i = 0; i < CALLS; i++) {
			Disposable subscription = call.make(this.store, Flux.never()).subscribe();
			assertThat(subscription.isDisposed()).isFalse();
			subscription.dispose();
		}
		assertNothingIsLeft();
	}

	@ParameterizedTest
	@MethodSource("calls")
	void cancelledWhileTheLockIsGranted(Call call) {
		LockHandle stranger = stranger();
		List<Disposable> subscriptions = IntStream.range(0, CALLS)
			.mapToObj((i) -> call.make(this.store, Flux.never()).subscribe())
			.toList();
		CompletableFuture<Void> release = CompletableFuture.runAsync(stranger::close);
		subscriptions.forEach(Disposable::dispose);
		assertThat(release).succeedsWithin(Duration.ofSeconds(60));
		assertNothingIsLeft();
	}

	@ParameterizedTest
	@MethodSource("impatientCalls")
	void timedOut(Call call) {
		try (LockHandle stranger = stranger()) {
			Long timeouts = Flux.range(0, CALLS)
				.flatMap((i) -> call.make(this.store, Flux.just("ran"))
					.then(Mono.just(false))
					.onErrorReturn(LockTimeoutException.class, true), CALLS)
				.filter(Boolean::booleanValue)
				.count()
				.block(Duration.ofSeconds(60));
			assertThat(timeouts).isEqualTo(CALLS);
			assertThat(stranger.isHeld()).isTrue();
		}
		assertNothingIsLeft();
	}

	@ParameterizedTest
	@MethodSource("calls")
	void failed(Call call) {
		Flux<String> failing = Flux.error(() -> new IllegalStateException("boom"));
		for (int i = 0; i < CALLS; i++) {
			call.make(this.store, failing).subscribe(null, (ex) -> this.ends.incrementAndGet());
		}
		assertThat(this.ends).hasValue(CALLS);
		assertNothingIsLeft();
	}

	@ParameterizedTest
	@MethodSource("calls")
	void subscribedAgain(Call call) {
		Flux<String> locked = call.make(this.store, Flux.just("x"));
		assertThat(locked.repeat(CALLS - 1).count().block(Duration.ofSeconds(60))).isEqualTo(CALLS);
		assertNothingIsLeft();
	}

	@ParameterizedTest
	@MethodSource("calls")
	void pipelinesOnOneThreadExcludeEachOther(Call call) {
		AtomicInteger inside = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		Flux<String> work = Flux.defer(() -> {
			most.accumulateAndGet(inside.incrementAndGet(), Math::max);
			return Flux.just("x").delayElements(Duration.ofMillis(1), Schedulers.single());
		}).doOnComplete(inside::decrementAndGet);
		Mono<Long> both = Flux.range(0, 100)
			.flatMap((i) -> call.make(this.store, work).subscribeOn(Schedulers.single()), 100)
			.count();
		assertThat(both.block(Duration.ofSeconds(60))).isEqualTo(100);
		assertThat(most).hasValue(1);
		assertNothingIsLeft();
	}

	private LockHandle stranger() {
		return this.locks.acquire(LockRequest.write("a").owner(LockOwner.create("stranger")).build());
	}

	private void assertNothingIsLeft() {
		Awaitility.await().untilAsserted(() -> assertThat(this.locks.getLockStatus()).isEmpty());
		assertThat(LockedProxies.isFree(this.locks, "a")).isTrue();
	}

	@FunctionalInterface
	interface Call {

		Flux<String> make(Store store, Flux<String> work);

	}

	static class Store {

		@WriteLock("a")
		Mono<String> mono(Supplier<Mono<String>> body) {
			return body.get();
		}

		@WriteLock("a")
		Flux<String> flux(Supplier<Flux<String>> body) {
			return body.get();
		}

		@WriteLock(value = "a", timeout = "1ms")
		Mono<String> impatientMono(Supplier<Mono<String>> body) {
			return body.get();
		}

		@WriteLock(value = "a", timeout = "1ms")
		Flux<String> impatientFlux(Supplier<Flux<String>> body) {
			return body.get();
		}

	}

}
