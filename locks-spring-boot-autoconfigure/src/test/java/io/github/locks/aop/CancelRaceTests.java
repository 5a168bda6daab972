package io.github.locks.aop;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.github.locks.LockHandle;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.annotation.WriteLock;
import io.github.locks.support.DefaultLockManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.transaction.reactive.TransactionalOperator;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Cancels calls at the moment they get their lock, and at the moment their work ends. A
 * lock that leaked shows as a request that nobody serves.
 */
@Timeout(120)
class CancelRaceTests {

	private static final int RACES = 5_000;

	private static final int SUBSCRIPTIONS = 20_000;

	private final DefaultLockManager locks = DefaultLockManager.builder().shutdownTimeout(Duration.ZERO).build();

	private final Store store = new LockedProxies(this.locks).cglib(new Store());

	private final ExecutorService other = Executors.newSingleThreadExecutor();

	private final CyclicBarrier barrier = new CyclicBarrier(2);

	private final AtomicInteger started = new AtomicInteger();

	@AfterEach
	void close() {
		this.other.shutdownNow();
		this.locks.close();
	}

	@Test
	void cancelledMonoNeverKeepsTheLock() throws Exception {
		race(() -> this.store.mono(this::neverEnding).subscribe());
	}

	@Test
	void cancelledFluxNeverKeepsTheLock() throws Exception {
		race(() -> this.store.flux(() -> neverEnding().flux()).subscribe());
	}

	@Test
	void cancelRacingWithTheSubscriptionNeverKeepsTheLock() throws Exception {
		raceWithSubscription(this.store.mono(this::neverEnding));
	}

	@Test
	void cancelRacingWithTheSubscriptionInATransactionNeverKeepsTheLock() throws Exception {
		TransactionalOperator transaction = TransactionalOperator.create(new NestableTransactionManager());
		raceWithSubscription(transaction.transactional(this.store.mono(this::neverEnding)));
	}

	@Test
	void cancelRacingWithTheEndOfTheWorkReleasesOnce() throws Exception {
		for (int i = 0; i < RACES; i++) {
			CompletableFuture<String> work = new CompletableFuture<>();
			Disposable subscription = this.store.mono(() -> Mono.fromFuture(work, true)).subscribe();
			Future<?> end = this.other.submit(() -> {
				this.barrier.await();
				return work.complete("done");
			});
			this.barrier.await();
			subscription.dispose();
			end.get(10, TimeUnit.SECONDS);
			assertServed();
		}
	}

	@Test
	void cancelRacingWithTheEndOfAFutureReleasesOnce() throws Exception {
		for (int i = 0; i < RACES; i++) {
			CompletableFuture<String> work = new CompletableFuture<>();
			CompletableFuture<String> result = this.store.future(() -> work);
			Future<?> end = this.other.submit(() -> {
				this.barrier.await();
				return work.complete("done");
			});
			this.barrier.await();
			result.cancel(true);
			end.get(10, TimeUnit.SECONDS);
			assertThat(result).isDone();
			assertServed();
		}
	}

	private void race(Supplier<Disposable> subscribe) throws Exception {
		for (int i = 0; i < RACES; i++) {
			LockHandle holder = this.locks.acquire(request());
			Disposable waiting = subscribe.get();
			CompletableFuture<LockHandle> next = this.locks.acquireAsync(request());
			Future<?> release = this.other.submit(() -> {
				this.barrier.await();
				holder.close();
				return null;
			});
			this.barrier.await();
			spin(i % 200);
			waiting.dispose();
			release.get(10, TimeUnit.SECONDS);
			next.get(10, TimeUnit.SECONDS).close();
		}
		assertServed();
		assertThat(this.locks.getLockStatus()).isEmpty();
		assertThat(this.started).hasPositiveValue().hasValueLessThan(RACES);
	}

	private void raceWithSubscription(Mono<String> call) throws Exception {
		for (int i = 0; i < SUBSCRIPTIONS; i++) {
			BaseSubscriber<String> subscriber = new BaseSubscriber<>() {
			};
			Future<?> subscribed = this.other.submit(() -> {
				this.barrier.await();
				call.subscribe(subscriber);
				return null;
			});
			this.barrier.await();
			spin(i % 400 * 50);
			subscriber.cancel();
			subscribed.get(10, TimeUnit.SECONDS);
			assertServed();
		}
		assertThat(this.started).hasPositiveValue().hasValueLessThan(SUBSCRIPTIONS);
	}

	private Mono<String> neverEnding() {
		this.started.incrementAndGet();
		return Mono.never();
	}

	private void assertServed() throws Exception {
		this.locks.acquireAsync(request()).get(10, TimeUnit.SECONDS).close();
	}

	private static LockRequest request() {
		return LockRequest.write("a").owner(LockOwner.create("second")).timeout(Duration.ofSeconds(20)).build();
	}

	private static void spin(int steps) {
		for (int i = 0; i < steps; i++) {
			Thread.onSpinWait();
		}
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

		@WriteLock("a")
		CompletableFuture<String> future(Supplier<CompletableFuture<String>> body) {
			return body.get();
		}

	}

}
