package io.github.locks.aop;

import java.time.Duration;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.locks.LockHandle;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.annotation.OnFailure;
import io.github.locks.annotation.WriteLock;
import io.github.locks.support.DefaultLockManager;
import io.reactivex.rxjava3.core.BackpressureStrategy;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.observers.TestObserver;
import io.reactivex.rxjava3.subjects.PublishSubject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.adapter.JdkFlowAdapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Calls that return what Spring's adapters make a publisher of: the types of RxJava, and
 * {@link java.util.concurrent.Flow.Publisher}.
 */
@Timeout(30)
class AdaptedCallTests {

	private final DefaultLockManager locks = DefaultLockManager.builder().shutdownTimeout(Duration.ZERO).build();

	private final LockedProxies proxies = new LockedProxies(this.locks);

	private final Store store = this.proxies.cglib(new Store());

	private final PublishSubject<String> work = PublishSubject.create();

	@AfterEach
	void close() {
		this.locks.close();
	}

	static Stream<Named<Call>> calls() {
		return Stream.of(
				Named.of("Single", (store, work) -> store.single(() -> work.get().firstOrError()).toObservable()),
				Named.of("Maybe", (store, work) -> store.maybe(() -> work.get().firstElement()).toObservable()),
				Named.of("Completable",
						(store, work) -> store.completable(() -> work.get().ignoreElements()).toObservable()),
				Named.of("Observable", (store, work) -> store.observable(work)),
				Named.of("Flowable",
						(store, work) -> store.flowable(() -> work.get().toFlowable(BackpressureStrategy.BUFFER))
							.toObservable()),
				Named.of("Flow.Publisher",
						(store, work) -> Observable
							.fromPublisher(JdkFlowAdapter.flowPublisherToFlux(store.publisher(() -> JdkFlowAdapter
								.publisherToFlowPublisher(work.get().toFlowable(BackpressureStrategy.BUFFER)))))));
	}

	@ParameterizedTest
	@MethodSource("calls")
	void lockIsHeldFromTheSubscriptionToTheEnd(Call call) {
		Observable<String> locked = call.make(this.store, () -> this.work);
		assertThat(isFree()).isTrue();
		for (int i = 0; i < 2; i++) {
			PublishSubject<String> started = PublishSubject.create();
			Disposable subscription = call.make(this.store, () -> started).doOnComplete(this::assertFree).subscribe();
			assertThat(isFree()).isFalse();
			started.onNext("value");
			started.onComplete();
			assertThat(subscription.isDisposed()).isTrue();
			assertThat(isFree()).isTrue();
		}
		assertThat(locked).isNotNull();
		assertThat(this.work.hasObservers()).isFalse();
	}

	@ParameterizedTest
	@MethodSource("calls")
	void errorReleasesBeforeItIsSeen(Call call) {
		IllegalArgumentException failure = new IllegalArgumentException("boom");
		TestObserver<String> observer = call.make(this.store, () -> this.work).doOnError((ex) -> assertFree()).test();
		assertThat(isFree()).isFalse();
		this.work.onError(failure);
		observer.assertError((ex) -> ex == failure);
		assertThat(isFree()).isTrue();
	}

	@ParameterizedTest
	@MethodSource("calls")
	void exceptionOfTheMethodReleases(Call call) {
		call.make(this.store, () -> {
			throw new IllegalArgumentException("boom");
		}).test().assertError(IllegalArgumentException.class);
		assertThat(isFree()).isTrue();
	}

	@ParameterizedTest
	@MethodSource("calls")
	void disposeReleasesAndReachesTheWork(Call call) {
		Disposable subscription = call.make(this.store, () -> this.work).subscribe();
		assertThat(isFree()).isFalse();
		assertThat(this.work.hasObservers()).isTrue();
		subscription.dispose();
		assertThat(this.work.hasObservers()).isFalse();
		assertThat(isFree()).isTrue();
	}

	@ParameterizedTest
	@MethodSource("calls")
	void disposeWhileWaitingLeavesTheQueue(Call call) {
		try (LockHandle stranger = stranger()) {
			call.make(this.store, () -> this.work).subscribe().dispose();
			assertThat(stranger.isHeld()).isTrue();
			assertThat(this.locks.getLockStatus("a")).allSatisfy((status) -> assertThat(status.locks().values())
				.allSatisfy((lock) -> assertThat(lock.waiters()).isEmpty()));
		}
		assertThat(isFree()).isTrue();
		assertThat(this.work.hasObservers()).isFalse();
	}

	@Test
	void timeoutIsAnError() {
		try (LockHandle stranger = stranger()) {
			this.store.impatient().test().awaitDone(10, TimeUnit.SECONDS).assertError(LockTimeoutException.class);
			assertThat(stranger.isHeld()).isTrue();
		}
	}

	@Test
	void skippedCallIsEmpty() {
		Skipping skipping = this.proxies.cglib(new Skipping());
		try (LockHandle stranger = stranger()) {
			skipping.maybe().test().assertComplete().assertNoValues();
			skipping.completable().test().assertComplete();
			skipping.observable().test().assertComplete().assertNoValues();
			skipping.flowable().test().assertComplete().assertNoValues();
			assertThat(JdkFlowAdapter.flowPublisherToFlux(skipping.publisher()).collectList().block()).isEmpty();
			assertThat(stranger.isHeld()).isTrue();
		}
		skipping.maybe().test().assertValue("ran");
	}

	@Test
	void skipIsRefusedWhereNothingIsEmpty() {
		assertThatExceptionOfType(InvalidLockAnnotationException.class)
			.isThrownBy(() -> this.proxies.check(SkippingSingle.class))
			.withMessageContaining("SkippingSingle.run")
			.withMessageContaining("no empty io.reactivex.rxjava3.core.Single");
	}

	private LockHandle stranger() {
		return this.locks.acquire(LockRequest.write("a").owner(LockOwner.create("stranger")).build());
	}

	private void assertFree() {
		assertThat(isFree()).isTrue();
	}

	private boolean isFree() {
		return LockedProxies.isFree(this.locks, "a");
	}

	@FunctionalInterface
	interface Call {

		Observable<String> make(Store store, Supplier<Observable<String>> work);

	}

	static class Store {

		@WriteLock("a")
		Single<String> single(Supplier<Single<String>> body) {
			return body.get();
		}

		@WriteLock("a")
		Maybe<String> maybe(Supplier<Maybe<String>> body) {
			return body.get();
		}

		@WriteLock("a")
		Completable completable(Supplier<Completable> body) {
			return body.get();
		}

		@WriteLock("a")
		Observable<String> observable(Supplier<Observable<String>> body) {
			return body.get();
		}

		@WriteLock("a")
		Flowable<String> flowable(Supplier<Flowable<String>> body) {
			return body.get();
		}

		@WriteLock("a")
		Flow.Publisher<String> publisher(Supplier<Flow.Publisher<String>> body) {
			return body.get();
		}

		@WriteLock(value = "a", timeout = "0")
		Single<String> impatient() {
			return Single.just("ran");
		}

	}

	static class Skipping {

		@WriteLock(value = "a", timeout = "0", onFailure = OnFailure.SKIP)
		Maybe<String> maybe() {
			return Maybe.just("ran");
		}

		@WriteLock(value = "a", timeout = "0", onFailure = OnFailure.SKIP)
		Completable completable() {
			return Completable.error(new IllegalStateException("ran"));
		}

		@WriteLock(value = "a", timeout = "0", onFailure = OnFailure.SKIP)
		Observable<String> observable() {
			return Observable.just("ran");
		}

		@WriteLock(value = "a", timeout = "0", onFailure = OnFailure.SKIP)
		Flowable<String> flowable() {
			return Flowable.just("ran");
		}

		@WriteLock(value = "a", timeout = "0", onFailure = OnFailure.SKIP)
		Flow.Publisher<String> publisher() {
			return JdkFlowAdapter.publisherToFlowPublisher(Flowable.just("ran"));
		}

	}

	static class SkippingSingle {

		@WriteLock(value = "a", onFailure = OnFailure.SKIP)
		Single<String> run() {
			return Single.just("ran");
		}

	}

}
