package io.github.locks.aop;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

import io.github.locks.LockBackendException;
import io.github.locks.LockException;
import io.github.locks.LockHandle;
import io.github.locks.LockLostException;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.LockUpgradeException;
import io.github.locks.Locks;
import io.github.locks.annotation.DistributedLock;
import io.github.locks.annotation.FencingToken;
import io.github.locks.annotation.OnFailure;
import io.github.locks.annotation.OnLost;
import io.github.locks.annotation.ReadLock;
import io.github.locks.annotation.WriteLock;
import io.github.locks.support.DefaultLockManager;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * The attributes of annotations beyond resource and timeout, and what the body of a call
 * learns about its locks.
 */
@Timeout(60)
class AttributesTests {

	@TempDir
	private Path directory;

	private DefaultLockManager manager;

	private Store target;

	private Store store;

	@BeforeEach
	void open() {
		this.manager = DefaultLockManager.builder()
			.directory(this.directory.resolve("locks"))
			.shutdownTimeout(Duration.ZERO)
			.build();
		this.target = new Store();
		this.store = new LockedProxies(this.manager).properties(Map.of("limit", "100")).cglib(this.target);
	}

	@AfterEach
	void close() {
		this.manager.close();
	}

	@Test
	void fallbackAnswersWhenTheLockIsNotToBeHad() {
		assertThat(this.store.find("1")).isEqualTo("found 1");
		try (LockHandle other = stranger("a")) {
			assertThat(other.isHeld()).isTrue();
			assertThat(this.store.find("1")).isEqualTo("cached 1 without lock");
			assertThat(this.store.findLater("1")).isCompletedWithValue("cached 1");
			StepVerifier.create(this.store.findReactive("1")).expectNext("cached 1").verifyComplete();
			StepVerifier.create(this.store.findMany("1")).expectNext("cached 1", "twice").verifyComplete();
		}
		assertThat(isFree("a")).isTrue();
	}

	@Test
	void fallbackIsChosenByItsException() {
		try (LockHandle other = stranger("a")) {
			assertThat(other.isHeld()).isTrue();
			assertThat(this.store.choose()).isEqualTo("timeout");
			assertThatExceptionOfType(LockTimeoutException.class).isThrownBy(this.store::chooseBackendOnly);
		}
	}

	@Test
	void fallbackIsForUnavailableLocksOnly() {
		try (LockHandle read = this.manager.readLock("a")) {
			assertThat(read.isHeld()).isTrue();
			assertThatExceptionOfType(LockUpgradeException.class).isThrownBy(() -> this.store.find("1"));
		}
		assertThatExceptionOfType(ArithmeticException.class)
			.isThrownBy(() -> this.store.failing(new ArithmeticException()));
		this.manager.close();
		assertThat(this.store.find("1")).isEqualTo("cached 1 without lock");
	}

	@Test
	void fallbackMayBeMoreGeneralAndPublicAndReturnMore() {
		Covered covered = new LockedProxies(this.manager).cglib(new Covered());
		assertThat(covered.find("1")).isEqualTo("found");
		try (LockHandle other = stranger("a")) {
			assertThat(other.isHeld()).isTrue();
			assertThat(covered.find("1")).isEqualTo("general 1");
			assertThat(covered.general("2")).isEqualTo("general 2");
			this.store.run("3");
			assertThat(this.target.calls).hasValue(1);
		}
	}

	@Test
	void skippedCallGivesTheEmptyValueOfItsType() {
		try (LockHandle other = stranger("a")) {
			assertThat(other.isHeld()).isTrue();
			assertThat(this.store.skippedInt()).isEmpty();
			assertThat(this.store.skippedLater()).isCompletedWithValue(Optional.empty());
		}
	}

	@Test
	void exceptionOfAFallbackReachesTheCaller() {
		try (LockHandle other = stranger("a")) {
			assertThat(other.isHeld()).isTrue();
			assertThatExceptionOfType(ArithmeticException.class).isThrownBy(this.store::badFallback)
				.withMessage("fallback");
		}
	}

	@Test
	void conditionDecidesWhetherToLock() {
		assertThat(this.store.buy(101)).isTrue();
		assertThat(this.store.buy(100)).isFalse();
		try (LockHandle other = stranger("a")) {
			assertThat(other.isHeld()).isTrue();
			assertThat(this.store.buy(100)).isFalse();
			assertThatExceptionOfType(LockTimeoutException.class).isThrownBy(() -> this.store.buy(101));
			StepVerifier.create(this.store.buyReactive(1)).expectNext(false).verifyComplete();
			assertThat(this.store.buyLater(1)).isCompletedWithValue(false);
		}
	}

	@Test
	void nameIsNotEvaluatedWhereTheConditionIsFalse() {
		assertThat(this.store.maybe(null)).isEqualTo("without");
		assertThat(this.store.maybe("x")).isEqualTo("with");
	}

	@Test
	void conditionThatGivesNoAnswerFailsTheCall() {
		assertThatExceptionOfType(InvalidLockAnnotationException.class).isThrownBy(() -> this.store.unclear("yes"))
			.withMessageContaining("condition '#answer'")
			.withMessageContaining("gave a java.lang.String")
			.withMessageContaining("Store.unclear");
		assertThatExceptionOfType(InvalidLockAnnotationException.class).isThrownBy(() -> this.store.unclear(null))
			.withMessageContaining("gave null");
		assertThatExceptionOfType(InvalidLockAnnotationException.class).isThrownBy(() -> this.store.broken(null))
			.withMessageContaining("failed");
		assertThatExceptionOfType(LockException.class).isThrownBy(() -> this.store.broken(null))
			.satisfies((ex) -> assertThat(ex.resource()).isNull());
		assertThat(this.store.unclear(true)).isTrue();
	}

	@Test
	void tokenIsPassedToTheMethod() {
		long first = this.store.token(-1);
		assertThat(first).isPositive();
		assertThat(this.store.token(-1)).isGreaterThan(first);
		assertThat(this.store.tokenLater(null).join()).isPositive();
		Mono<Long> again = this.store.tokenReactive(null);
		long earlier = again.blockOptional().orElseThrow();
		assertThat(again.blockOptional().orElseThrow()).isGreaterThan(earlier);
	}

	@Test
	void tokenOfSeveralLocksIsThatOfTheDistributedOrTheNamedOne() {
		long[] tokens = this.store.tokens("x", 0, 0);
		assertThat(tokens[0]).isEqualTo(tokens[1]);
		long distributed = this.store.tokenOfDistributed(0);
		assertThat(distributed).isPositive();
	}

	@Test
	void withoutALockTheTokenIsZero() {
		assertThat(this.store.conditionalToken(false, -1)).isZero();
		assertThat(this.store.conditionalToken(true, -1)).isPositive();
	}

	@Test
	void bodyKnowsItsLock() {
		assertThat(this.store.current().isHeld()).isFalse();
		assertThat(Locks.held()).isEmpty();
		assertThatIllegalStateException().isThrownBy(Locks::current)
			.withMessageContaining("runs under no lock")
			.withMessageContaining("'condition'")
			.withMessageContaining("'locks.enabled'");
		assertThatIllegalStateException().isThrownBy(() -> Locks.current("a"))
			.withMessageContaining("does not run under a lock on 'a'");
		StepVerifier.create(ReactiveLocks.current()).verifyError(IllegalStateException.class);
		assertThat(this.store.currentReactive().block()).isEqualTo("a");
	}

	@Test
	void bodyMayGiveItsLockBackEarly() {
		assertThat(this.store.closeEarly(() -> isFree("a"))).isTrue();
		assertThat(isFree("a")).isTrue();
	}

	@Test
	void leaseEndsTheProtectionAndTheCallFails() {
		assertThatExceptionOfType(LockLostException.class)
			.isThrownBy(() -> this.store.leased(() -> awaitLoss(Locks.current())))
			.withMessageContaining("Store.leased");
		assertThat(isDistributedFree("leased")).isTrue();
	}

	@Test
	void threadIsInterruptedWhenTheLockIsLost() {
		assertThatExceptionOfType(LockLostException.class).isThrownBy(() -> this.store.interrupted(() -> {
			new CountDownLatch(1).await();
			return "never";
		})).withCauseInstanceOf(InterruptedException.class);
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		assertThatExceptionOfType(LockLostException.class).isThrownBy(() -> this.store.interrupted(() -> {
			awaitLoss(Locks.current());
			while (!Thread.currentThread().isInterrupted()) {
				Thread.onSpinWait();
			}
			return "late";
		}));
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	@Test
	void futureIsCancelledWhenTheLockIsLost() {
		CompletableFuture<String> work = new CompletableFuture<>();
		assertThat(this.store.interruptedLater(work)).failsWithin(Duration.ofSeconds(20))
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(LockLostException.class);
		Awaitility.await().untilAsserted(() -> assertThat(work).isCancelled());
		assertThatExceptionOfType(CancellationException.class).isThrownBy(work::join);
	}

	@Test
	void subscriptionIsCancelledWhenTheLockIsLost() {
		AtomicBoolean cancelled = new AtomicBoolean();
		Mono<String> work = Mono.<String>never().doOnCancel(() -> cancelled.set(true));
		StepVerifier.create(this.store.interruptedReactive(work)).verifyError(LockLostException.class);
		assertThat(cancelled).isTrue();
		assertThat(isDistributedFree("leased")).isTrue();
	}

	@Test
	void elementsAreAskedForOneByOneUnderAWatchedLock() {
		AtomicLong asked = new AtomicLong();
		Flux<Integer> source = Flux.range(1, 20).doOnRequest(asked::addAndGet);
		StepVerifier.create(this.store.watchedMany(source), 1)
			.expectNext(1)
			.then(() -> assertThat(asked).hasValue(1))
			.then(() -> assertThat(this.manager.getLockStatus("watched")).isNotEmpty())
			.thenRequest(Long.MAX_VALUE)
			.expectNextCount(19)
			.verifyComplete();
		assertThat(isDistributedFree("watched")).isTrue();
	}

	@Test
	void callIsMadeOnceWhenSkippedWithSeveralAttributes() {
		try (LockHandle other = stranger("a")) {
			assertThat(other.isHeld()).isTrue();
			assertThat(this.store.skipped()).isNull();
		}
		assertThat(this.target.calls).hasValue(0);
	}

	private static Object awaitLoss(LockHandle handle) throws InterruptedException {
		CountDownLatch lost = new CountDownLatch(1);
		handle.onLost(lost::countDown);
		boolean interrupted = false;
		while (!handle.isLost()) {
			try {
				assertThat(lost.await(20, TimeUnit.SECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
		return "late";
	}

	private LockHandle stranger(String resource) {
		return this.manager.acquire(LockRequest.write(resource).owner(LockOwner.create("stranger")).build());
	}

	private boolean isFree(String resource) {
		return LockedProxies.isFree(this.manager, resource);
	}

	private boolean isDistributedFree(String resource) {
		LockRequest request = LockRequest.distributed(resource)
			.owner(LockOwner.create("probe"))
			.timeout(Duration.ofSeconds(5))
			.build();
		try (LockHandle handle = this.manager.acquire(request)) {
			return handle.isHeld();
		}
	}

	@FunctionalInterface
	interface Body {

		Object run() throws Exception;

	}

	@WriteLock(value = "a", timeout = "0", fallback = "general")
	static class Covered {

		public String find(String id) {
			return "found";
		}

		public String general(CharSequence id) {
			return "general " + id;
		}

	}

	static class Store {

		@WriteLock(value = "a", timeout = "0", onFailure = OnFailure.SKIP)
		OptionalInt skippedInt() {
			return OptionalInt.of(1);
		}

		@WriteLock(value = "a", timeout = "0", onFailure = OnFailure.SKIP)
		CompletableFuture<Optional<String>> skippedLater() {
			return CompletableFuture.completedFuture(Optional.of("run"));
		}

		@WriteLock(value = "a", timeout = "0", fallback = "counting")
		void run(String id) {
		}

		int counting(Object id) {
			return this.calls.incrementAndGet();
		}

		final AtomicInteger calls = new AtomicInteger();

		@WriteLock(value = "a", timeout = "0", fallback = "cached")
		String find(String id) {
			return "found " + id;
		}

		private String cached(String id) {
			return "cached " + id + (Locks.held().isEmpty() ? " without lock" : "");
		}

		@WriteLock(value = "a", timeout = "0", fallback = "cachedLater")
		CompletableFuture<String> findLater(String id) {
			return CompletableFuture.completedFuture("found " + id);
		}

		CompletableFuture<String> cachedLater(String id, LockException failure) {
			return CompletableFuture.completedFuture("cached " + id);
		}

		@WriteLock(value = "a", timeout = "0", fallback = "cachedReactive")
		Mono<String> findReactive(String id) {
			return Mono.just("found " + id);
		}

		Mono<String> cachedReactive(String id, Throwable failure) {
			return Mono.just("cached " + id);
		}

		@WriteLock(value = "a", timeout = "0", fallback = "cachedMany")
		Flux<String> findMany(String id) {
			return Flux.just("found " + id);
		}

		Flux<String> cachedMany(String id) {
			return Flux.just("cached " + id, "twice");
		}

		@WriteLock(value = "a", timeout = "0", fallback = "instead")
		String choose() {
			return "run";
		}

		String instead() {
			return "any";
		}

		String instead(LockException failure) {
			return "lock";
		}

		String instead(LockTimeoutException failure) {
			return "timeout";
		}

		@WriteLock(value = "a", timeout = "0", fallback = "backendOnly")
		String chooseBackendOnly() {
			return "run";
		}

		String backendOnly(LockBackendException failure) {
			return "backend";
		}

		@WriteLock(value = "a", fallback = "notCalled")
		String failing(RuntimeException failure) {
			throw failure;
		}

		String notCalled(RuntimeException failure) {
			return "fallback";
		}

		@WriteLock(value = "a", timeout = "0", fallback = "throwing")
		void badFallback() {
		}

		void throwing() {
			throw new ArithmeticException("fallback");
		}

		@WriteLock(value = "a", timeout = "0", condition = "#total > ${limit}")
		boolean buy(int total) {
			return !Locks.held().isEmpty();
		}

		@WriteLock(value = "a", timeout = "0", condition = "#total > ${limit}")
		Mono<Boolean> buyReactive(int total) {
			return Mono.deferContextual((context) -> Mono.just(!ReactiveLocks.held(context).isEmpty()));
		}

		@WriteLock(value = "a", timeout = "0", condition = "#total > ${limit}")
		CompletableFuture<Boolean> buyLater(int total) {
			return CompletableFuture.completedFuture(!Locks.held().isEmpty());
		}

		@WriteLock(value = "a:#{#id}", condition = "#id != null")
		String maybe(@Nullable String id) {
			return Locks.held().isEmpty() ? "without" : "with";
		}

		@WriteLock(value = "a", condition = "#answer")
		boolean unclear(@Nullable Object answer) {
			return !Locks.held().isEmpty();
		}

		@WriteLock(value = "a", condition = "#answer.length() > 1")
		boolean broken(@Nullable String answer) {
			return true;
		}

		@DistributedLock("a")
		long token(@FencingToken long token) {
			assertThat(token).isEqualTo(Locks.current().fencingToken());
			return token;
		}

		@WriteLock("a")
		CompletableFuture<Long> tokenLater(@FencingToken @Nullable Long token) {
			return CompletableFuture.completedFuture(token);
		}

		@DistributedLock("a")
		Mono<Long> tokenReactive(@FencingToken @Nullable Long token) {
			return Mono.justOrEmpty(token);
		}

		@WriteLock("a")
		@WriteLock("b:#{#id}")
		long[] tokens(String id, @FencingToken("b:#{#id}") long token, long other) {
			return new long[] { token, Locks.current("b:" + id).fencingToken() };
		}

		@WriteLock("a")
		@DistributedLock("a")
		long tokenOfDistributed(@FencingToken long token) {
			assertThat(token).isEqualTo(Locks.held().get(0).fencingToken());
			return token;
		}

		@WriteLock(value = "a", condition = "#lock")
		long conditionalToken(boolean lock, @FencingToken long token) {
			return token;
		}

		@WriteLock("a")
		LockHandle current() {
			LockHandle handle = Locks.current();
			assertThat(handle.resource()).isEqualTo("a");
			assertThat(handle.isHeld()).isTrue();
			assertThat(Locks.current("a")).isSameAs(handle);
			assertThatIllegalStateException().isThrownBy(() -> Locks.current("b"));
			return handle;
		}

		@WriteLock("a")
		Mono<String> currentReactive() {
			return Mono.just(1)
				.delayElement(Duration.ofMillis(1))
				.then(ReactiveLocks.current())
				.filter(LockHandle::isHeld)
				.map(LockHandle::resource);
		}

		@WriteLock("a")
		boolean closeEarly(Supplier<Boolean> free) {
			Locks.current().close();
			return free.get();
		}

		@DistributedLock(value = "leased", lease = "100ms")
		Object leased(Body body) throws Exception {
			return body.run();
		}

		@DistributedLock(value = "leased", lease = "100ms", onLost = OnLost.INTERRUPT)
		Object interrupted(Body body) throws Exception {
			return body.run();
		}

		@DistributedLock(value = "leased", lease = "100ms", onLost = OnLost.INTERRUPT)
		CompletableFuture<String> interruptedLater(CompletableFuture<String> work) {
			return work;
		}

		@DistributedLock(value = "leased", lease = "1s", onLost = OnLost.INTERRUPT)
		Mono<String> interruptedReactive(Mono<String> work) {
			return work;
		}

		@DistributedLock(value = "watched", onLost = OnLost.INTERRUPT)
		Flux<Integer> watchedMany(Flux<Integer> work) {
			return work;
		}

		@WriteLock(value = "a", timeout = "0", condition = "true", onFailure = OnFailure.SKIP)
		@Nullable String skipped() {
			this.calls.incrementAndGet();
			return "run";
		}

	}

}
