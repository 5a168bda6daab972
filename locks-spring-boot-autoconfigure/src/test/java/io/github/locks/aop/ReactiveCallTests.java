package io.github.locks.aop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.locks.InvalidLockNameException;
import io.github.locks.LockHandle;
import io.github.locks.LockLostException;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.LockType;
import io.github.locks.annotation.DistributedLock;
import io.github.locks.annotation.OnFailure;
import io.github.locks.annotation.ReadLock;
import io.github.locks.annotation.WriteLock;
import io.github.locks.memory.MemoryLockBackend;
import io.github.locks.support.DefaultLockManager;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.atLeast;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

/**
 * Calls that return a publisher.
 */
@Timeout(30)
class ReactiveCallTests {

	private final DefaultLockManager locks = DefaultLockManager.builder().shutdownTimeout(Duration.ZERO).build();

	private final Store store = new LockedProxies(this.locks).cglib(new Store());

	@AfterEach
	void close() {
		this.locks.close();
	}

	@Test
	void lockIsTakenAtSubscription() {
		AtomicInteger runs = new AtomicInteger();
		Mono<String> mono = this.store.mono(() -> Mono.just("run " + runs.incrementAndGet() + state()));
		assertThat(runs).hasValue(0);
		assertThat(isFree()).isTrue();
		assertThat(mono.block()).isEqualTo("run 1 held");
		assertThat(mono.block()).isEqualTo("run 2 held");
		assertThat(isFree()).isTrue();
	}

	@Test
	void monoReleasesBeforeItCompletes() {
		List<String> log = new ArrayList<>();
		this.store.mono(() -> Mono.just("value").doOnNext((value) -> log.add("work" + state())))
			.doOnNext((value) -> log.add(value + state()))
			.doOnSuccess((value) -> log.add("success" + state()))
			.block();
		assertThat(log).containsExactly("work held", "value free", "success free");
	}

	@Test
	void emptyMonoReleases() {
		assertThat(this.store.mono(Mono::empty).block()).isNull();
		assertThat(isFree()).isTrue();
	}

	@Test
	void fluxHoldsTheLockForAllElementsAndReleasesBeforeItCompletes() {
		List<String> log = new ArrayList<>();
		this.store.flux(() -> Flux.just("1", "2"))
			.doOnNext((value) -> log.add(value + state()))
			.doOnComplete(() -> log.add("complete" + state()))
			.blockLast();
		assertThat(log).containsExactly("1 held", "2 held", "complete free");
	}

	@Test
	void errorReleasesBeforeItIsSeen() {
		IllegalArgumentException failure = new IllegalArgumentException("boom");
		List<String> log = new ArrayList<>();
		StepVerifier.create(this.store.mono(() -> Mono.error(failure)).doOnError((ex) -> log.add("error" + state())))
			.verifyErrorMatches((ex) -> ex == failure);
		StepVerifier.create(this.store.flux(() -> Flux.error(failure)).doOnError((ex) -> log.add("error" + state())))
			.verifyErrorMatches((ex) -> ex == failure);
		assertThat(log).containsExactly("error free", "error free");
		assertThat(failure.getSuppressed()).isEmpty();
	}

	@Test
	void exceptionOfTheMethodReleases() {
		IllegalArgumentException failure = new IllegalArgumentException("boom");
		StepVerifier.create(this.store.mono(() -> {
			throw failure;
		})).verifyErrorMatches((ex) -> ex == failure);
		assertThat(isFree()).isTrue();
	}

	static Stream<Named<Supplier<Object>>> fatalErrors() {
		return Stream.of(Named.of("LinkageError", () -> {
			throw new NoClassDefFoundError("gone");
		}), Named.of("StackOverflowError", () -> dive(0)));
	}

	private static int dive(int depth) {
		return dive(depth + 1) + 1;
	}

	@ParameterizedTest
	@MethodSource("fatalErrors")
	void fatalErrorOfTheWorkReleasesBeforeItIsSeen(Supplier<Object> work) {
		List<String> log = new ArrayList<>();
		Mono<String> mono = this.store.mono(() -> Mono.just("x").map((value) -> value + work.get()));
		StepVerifier.create(mono.doOnError((ex) -> log.add("error" + state()))).verifyError(Error.class);
		Flux<String> flux = this.store.flux(() -> Flux.just("x", "y").map((value) -> value + work.get()));
		StepVerifier.create(flux.doOnError((ex) -> log.add("error" + state()))).verifyError(Error.class);
		assertThat(log).containsExactly("error free", "error free");
	}

	@Test
	void fatalErrorOfALaterRequestReleases() {
		Flux<String> flux = this.store.flux(() -> Flux.range(0, 3).map((i) -> {
			if (i == 2) {
				throw new NoClassDefFoundError("gone");
			}
			return "x" + i;
		}));
		List<Object> signals = new ArrayList<>();
		BaseSubscriber<String> subscriber = new BaseSubscriber<>() {

			@Override
			protected void hookOnSubscribe(Subscription subscription) {
			}

			@Override
			protected void hookOnNext(String value) {
				signals.add(value);
			}

			@Override
			protected void hookOnError(Throwable failure) {
				signals.add(failure.getMessage());
			}

		};
		flux.subscribe(subscriber);
		for (int i = 0; i < 3; i++) {
			subscriber.request(1);
		}
		assertThat(signals).containsExactly("x0", "x1", "gone");
		assertThat(isFree()).isTrue();
	}

	@Test
	void fatalErrorAfterACancellationIsNotKeptBack() {
		TestPublisher<String> work = TestPublisher.create();
		this.store.flux(work::flux).next().map((value) -> {
			throw new NoClassDefFoundError("gone");
		}).subscribe();
		assertThatExceptionOfType(NoClassDefFoundError.class).isThrownBy(() -> work.next("x"));
		work.assertCancelled();
		assertThat(isFree()).isTrue();
	}

	@Test
	void fatalErrorOfTheSubscriptionReleases() {
		Flux<String> broken = Flux.from((subscriber) -> {
			throw new NoClassDefFoundError("gone");
		});
		StepVerifier.create(this.store.flux(() -> broken)).verifyError(NoClassDefFoundError.class);
		assertThat(isFree()).isTrue();
	}

	@Test
	void fatalErrorOfTheSubscriberCancelsTheWorkAndReleases() {
		TestPublisher<String> work = TestPublisher.create();
		CompletableFuture<Void> result = this.store.flux(work::flux).map((value) -> {
			throw new NoClassDefFoundError("gone");
		}).then().toFuture();
		work.next("x");
		assertThat(result).isCompletedExceptionally();
		work.assertCancelled();
		assertThat(isFree()).isTrue();
	}

	@Test
	void cancelReleasesAndReachesTheWork() {
		TestPublisher<String> work = TestPublisher.create();
		Disposable subscription = this.store.flux(work::flux).subscribe();
		assertThat(isFree()).isFalse();
		work.next("1");
		subscription.dispose();
		work.assertCancelled();
		assertThat(isFree()).isTrue();
		Disposable mono = this.store.mono(Mono::never).subscribe();
		assertThat(isFree()).isFalse();
		mono.dispose();
		assertThat(isFree()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "mono", "flux" })
	void minimumHoldStaysHoweverTheWorkEnds(String kind) {
		try (DefaultLockManager manager = DefaultLockManager.builder()
			.backend(MemoryLockBackend::new)
			.shutdownTimeout(Duration.ZERO)
			.build()) {
			Store rare = new LockedProxies(manager).cglib(new Store());
			BiFunction<String, Flux<String>, Flux<String>> run = (name, work) -> kind.equals("mono")
					? rare.rareMono(name, work.next()).flux() : rare.rareFlux(name, work);
			StepVerifier.create(run.apply("completed", Flux.just("x"))).expectNext("x").verifyComplete();
			StepVerifier.create(run.apply("failed", Flux.error(new IllegalArgumentException("boom"))))
				.verifyError(IllegalArgumentException.class);
			CompletableFuture<Void> begun = new CompletableFuture<>();
			Flux<String> endless = Flux.<String>never().doOnSubscribe((subscription) -> begun.complete(null));
			Disposable working = run.apply("cancelled", endless).subscribe();
			assertThat(begun).succeedsWithin(Duration.ofSeconds(10));
			working.dispose();
			assertThat(List.of("completed", "failed", "cancelled"))
				.allSatisfy((name) -> assertThat(manager.tryAcquire(LockRequest.distributed(name).build())).isEmpty());
		}
	}

	@Test
	void takingTheFirstElementReleases() {
		assertThat(this.store.flux(() -> Flux.just("1", "2")).next().block()).isEqualTo("1");
		assertThat(isFree()).isTrue();
	}

	@Test
	void waitingBlocksNoThreadAndCancelLeavesTheQueue() {
		AtomicBoolean ran = new AtomicBoolean();
		try (LockHandle held = other()) {
			Disposable waiting = this.store.mono(() -> Mono.fromRunnable(() -> ran.set(true))).subscribe();
			assertThat(waiters()).isOne();
			waiting.dispose();
			assertThat(waiters()).isZero();
			assertThat(held.isHeld()).isTrue();
		}
		assertThat(isFree()).isTrue();
		assertThat(ran).isFalse();
	}

	@Test
	void cancelWhileTheRequestIsMadeGivesTheLockBack() {
		BaseSubscriber<String> subscriber = new BaseSubscriber<>() {
		};
		LockManager manager = mock(LockManager.class);
		given(manager.acquireAsync(any())).willAnswer((call) -> {
			CompletableFuture<LockHandle> granted = this.locks.acquireAsync(call.getArgument(0));
			subscriber.cancel();
			return granted;
		});
		new LockedProxies(manager).cglib(new Store()).mono(Mono::never).subscribe(subscriber);
		verify(manager).acquireAsync(any());
		assertThat(isFree()).isTrue();
	}

	@Test
	void waitingSubscriptionRunsWhenTheLockIsFree() {
		CompletableFuture<String> result;
		try (LockHandle held = other()) {
			result = this.store.mono(() -> Mono.just("ran" + state())).toFuture();
			assertThat(held.isHeld()).isTrue();
			assertThat(result).isNotDone();
		}
		assertThat(result).succeedsWithin(Duration.ofSeconds(10)).isEqualTo("ran held");
		assertThat(isFree()).isTrue();
	}

	@Test
	void subscriptionsExcludeEachOtherEvenOnOneThread() {
		Sinks.One<String> first = Sinks.one();
		CompletableFuture<String> one = this.store.mono(first::asMono).toFuture();
		CompletableFuture<String> two = this.store.mono(() -> Mono.just("two")).toFuture();
		assertThat(two).isNotDone();
		first.tryEmitValue("one");
		assertThat(one).isCompletedWithValue("one");
		assertThat(two).succeedsWithin(Duration.ofSeconds(10)).isEqualTo("two");
	}

	@Test
	void subscriptionDoesNotInheritFromItsThread() {
		try (LockHandle held = this.locks.writeLock("a")) {
			StepVerifier.create(this.store.impatient(() -> Mono.just("ran"))).verifyError(LockTimeoutException.class);
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	void nestedSubscriptionsAreReentrantThroughTheContext() {
		Mono<String> nested = this.store.mono(() -> Mono.just("x")
			.publishOn(Schedulers.parallel())
			.flatMap((value) -> this.store.mono(() -> this.store.read(() -> Mono.just(value + state())).next())));
		assertThat(nested.block(Duration.ofSeconds(10))).isEqualTo("x held");
		assertThat(isFree()).isTrue();
	}

	@Test
	void blockingCallInsideTheMethodIsReentrant() {
		assertThat(this.store.mono(() -> Mono.just(this.store.plain(() -> "inner" + state()))).block())
			.isEqualTo("inner held");
		assertThat(isFree()).isTrue();
	}

	@Test
	void retriesTakeTheLockAgain() {
		AtomicInteger runs = new AtomicInteger();
		Mono<String> result = this.store.mono(() -> (runs.incrementAndGet() < 3)
				? Mono.error(new IllegalStateException("again")) : Mono.just("run " + runs + state()));
		assertThat(result.retry(5).block()).isEqualTo("run 3 held");
		assertThat(isFree()).isTrue();
	}

	@Test
	void skippedSubscriptionIsEmpty() {
		AtomicBoolean ran = new AtomicBoolean();
		try (LockHandle held = other()) {
			StepVerifier.create(this.store.skip(() -> {
				ran.set(true);
				return Mono.just("ran");
			})).verifyComplete();
			assertThat(held.isHeld()).isTrue();
		}
		assertThat(ran).isFalse();
	}

	@Test
	void timeoutOfTheWorkIsNotSkipped() {
		LockTimeoutException inner = new LockTimeoutException("inner", "b", LockType.READ, Duration.ZERO, List.of(), 1);
		StepVerifier.create(this.store.skip(() -> Mono.error(inner))).verifyErrorMatches((ex) -> ex == inner);
	}

	@Test
	void nullInsteadOfAPublisherIsAnErrorAndReleases() {
		StepVerifier.create(this.store.mono(() -> null))
			.verifyErrorMatches((ex) -> ex.getMessage().contains("Store.mono returned null"));
		assertThat(isFree()).isTrue();
	}

	@Test
	void nameThatIsRefusedIsAnError() {
		StepVerifier.create(this.store.named("")).verifyError(InvalidLockNameException.class);
		StepVerifier.create(this.store.named("a\0b")).verifyError(InvalidLockNameException.class);
	}

	@Test
	void publishersOfOtherKindsAreLocked() {
		assertThat(Flux.from(this.store.publisher(() -> Mono.fromSupplier(() -> "x" + state()))).blockLast())
			.isEqualTo("x held");
		assertThat(JdkFlowAdapter
			.flowPublisherToFlux(this.store
				.flow(() -> JdkFlowAdapter.publisherToFlowPublisher(Mono.fromSupplier(() -> "x" + state()))))
			.blockLast()).isEqualTo("x held");
		assertThat(isFree()).isTrue();
	}

	@Test
	void contextOfTheSubscriberReachesTheWork() {
		assertThat(this.store.mono(() -> Mono.deferContextual((context) -> Mono.just(context.<String>get("user"))))
			.contextWrite((context) -> context.put("user", "me"))
			.block()).isEqualTo("me");
	}

	@Test
	void lostLockIsAnError() {
		LockHandle handle = mock(LockHandle.class);
		given(handle.isLost()).willReturn(true);
		given(handle.owner()).willReturn(LockOwner.task());
		given(handle.resource()).willReturn("a");
		given(handle.type()).willReturn(LockType.WRITE);
		LockManager manager = mock(LockManager.class);
		given(manager.acquireAsync(any())).willAnswer((call) -> CompletableFuture.completedFuture(handle));
		Store lossy = new LockedProxies(manager).cglib(new Store());
		StepVerifier.create(lossy.mono(() -> Mono.just("x"))).verifyError(LockLostException.class);
		StepVerifier.create(lossy.flux(() -> Flux.just("x"))).expectNext("x").verifyError(LockLostException.class);
		IllegalArgumentException failure = new IllegalArgumentException("boom");
		StepVerifier.create(lossy.mono(() -> Mono.error(failure))).verifyErrorMatches((ex) -> ex == failure);
		assertThat(failure.getSuppressed()).hasOnlyElementsOfType(LockLostException.class);
		verify(handle, atLeast(3)).close();
	}

	@Test
	void failureOfTheManagerIsAnError() {
		LockManager manager = mock(LockManager.class);
		given(manager.acquireAsync(any())).willThrow(new IllegalStateException("closed"));
		StepVerifier.create(new LockedProxies(manager).cglib(new Store()).mono(Mono::empty))
			.verifyErrorMessage("closed");
	}

	@Test
	void blockingWaiterGetsTheLockAfterTheSubscription() {
		TestPublisher<String> work = TestPublisher.create();
		this.store.flux(work::flux).subscribe();
		CompletableFuture<String> plain = CompletableFuture.supplyAsync(() -> this.store.plain(() -> "plain"));
		Awaitility.await().until(() -> waiters() == 1);
		work.complete();
		assertThat(plain).succeedsWithin(Duration.ofSeconds(10)).isEqualTo("plain");
	}

	@Test
	void evaluationErrorsAreNotThrownByTheCall() {
		assertThat(this.store.named("")).isNotNull();
		assertThatExceptionOfType(InvalidLockNameException.class).isThrownBy(() -> this.store.named("").block());
	}

	private LockHandle other() {
		return this.locks.acquire(LockRequest.write("a").owner(LockOwner.create("other")).build());
	}

	private int waiters() {
		return this.locks.getLockStatus("a")
			.stream()
			.flatMap((status) -> status.locks().values().stream())
			.mapToInt((lock) -> lock.waiters().size())
			.sum();
	}

	private boolean isFree() {
		return LockedProxies.isFree(this.locks, "a");
	}

	private String state() {
		return isFree() ? " free" : " held";
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

		@ReadLock("a")
		Flux<String> read(Supplier<Mono<String>> body) {
			return body.get().flux();
		}

		@WriteLock(value = "a", timeout = "0")
		Mono<String> impatient(Supplier<Mono<String>> body) {
			return body.get();
		}

		@WriteLock(value = "a", timeout = "0", onFailure = OnFailure.SKIP)
		Mono<String> skip(Supplier<Mono<String>> body) {
			return body.get();
		}

		@DistributedLock(value = "#{#name}", minimumHold = "1h")
		Mono<String> rareMono(String name, Mono<String> body) {
			return body;
		}

		@DistributedLock(value = "#{#name}", minimumHold = "1h")
		Flux<String> rareFlux(String name, Flux<String> body) {
			return body;
		}

		@WriteLock("#{#name}")
		Mono<String> named(String name) {
			return Mono.just(name);
		}

		@WriteLock("a")
		Publisher<String> publisher(Supplier<Publisher<String>> body) {
			return body.get();
		}

		@WriteLock("a")
		Flow.Publisher<String> flow(Supplier<Flow.Publisher<String>> body) {
			return body.get();
		}

		@WriteLock("a")
		String plain(Supplier<String> body) {
			return body.get();
		}

	}

}
