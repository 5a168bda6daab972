package io.github.locks.aop;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.LockType;
import io.github.locks.Locks;
import io.github.locks.annotation.DistributedLock;
import io.github.locks.annotation.OnFailure;
import io.github.locks.annotation.ReadLock;
import io.github.locks.annotation.WriteLock;
import io.github.locks.support.DefaultLockManager;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

/**
 * Methods with several lock annotations.
 */
@Timeout(60)
class SeveralLocksTests {

	@TempDir
	static Path directory;

	private final DefaultLockManager locks = DefaultLockManager.builder()
		.directory(directory)
		.shutdownTimeout(Duration.ZERO)
		.build();

	private final Bank target = new Bank();

	private final Bank bank = new LockedProxies(this.locks).cglib(this.target);

	@AfterEach
	void close() {
		this.locks.close();
	}

	@Test
	void locksAreTakenInOneOrderWhateverTheSourceSays() {
		List<String> expected = List.of("distributed d", "write a", "read b", "write c");
		assertThat(this.bank.mixed()).isEqualTo(expected);
		assertThat(this.bank.mixedOtherwise()).isEqualTo(expected);
		assertThat(this.locks.getLockStatus()).allSatisfy((status) -> assertThat(status.locks().values())
			.allSatisfy((lock) -> assertThat(lock.holders()).isEmpty()));
	}

	@Test
	void sameNameFromTwoTemplatesIsEnteredTwice() {
		assertThat(this.bank.transfer("x", "x")).isEqualTo(List.of("write account:x", "write account:x"));
		assertThat(this.bank.copy("x", "x")).isEqualTo(List.of("write account:x", "read account:x"));
		assertThat(isFree("account:x")).isTrue();
	}

	@Test
	void lockThatCannotBeGivenBackDoesNotKeepTheOthers() {
		LockHandle x = reluctant("x");
		LockHandle y = reluctant("y");
		LockManager manager = mock(LockManager.class);
		given(manager.acquire(any())).willReturn(x, y);
		given(manager.acquireAsync(any())).willReturn(CompletableFuture.completedFuture(x))
			.willReturn(CompletableFuture.completedFuture(y));
		Bank mocked = new LockedProxies(manager).cglib(new Bank());
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> mocked.transfer("x", "y"))
			.withMessage("y")
			.satisfies((ex) -> assertThat(ex.getSuppressed()).extracting(Throwable::getMessage).containsExactly("x"));
		verify(x).close();
		mocked.endless("x", "y").subscribe().dispose();
		verify(x, times(2)).close();
	}

	@Test
	void distributedLockIsAnotherLockThanTheLocalOneOfTheSameName() {
		assertThat(this.bank.both()).isEqualTo(List.of("distributed a", "write a"));
	}

	@Test
	void transfersInBothDirectionsDoNotDeadlock() throws Exception {
		int transfers = 2_000;
		ExecutorService threads = Executors.newFixedThreadPool(8);
		try {
			List<Future<?>> running = new ArrayList<>();
			for (int i = 0; i < transfers; i++) {
				boolean forth = i % 2 == 0;
				running.add(threads.submit(() -> forth ? this.bank.transfer("x", "y") : this.bank.transfer("y", "x")));
			}
			for (Future<?> each : running) {
				each.get(30, TimeUnit.SECONDS);
			}
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(this.target.transfers).hasValue(transfers);
		assertThat(this.locks.detectDeadlocks()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "account:x", "account:y" })
	void whenOneIsNotToBeHadNoneIsHeld(String taken) {
		try (LockHandle other = stranger(taken)) {
			assertThat(other.isHeld()).isTrue();
			assertThatExceptionOfType(LockTimeoutException.class).isThrownBy(() -> this.bank.hasty("x", "y"))
				.satisfies((ex) -> assertThat(ex.resource()).isEqualTo(taken));
			assertThat(this.bank.later("x", "y")).isCompletedExceptionally();
			StepVerifier.create(this.bank.reactive("x", "y")).verifyError(LockTimeoutException.class);
			String free = taken.equals("account:x") ? "account:y" : "account:x";
			assertThat(isFree(free)).isTrue();
		}
		assertThat(isFree(taken)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "account:x", "account:y" })
	void oneThatSkipsSkipsTheCall(String taken) {
		try (LockHandle other = stranger(taken)) {
			assertThat(other.isHeld()).isTrue();
			boolean skips = taken.equals("account:y");
			if (skips) {
				assertThat(this.bank.skipSecond("x", "y")).isNull();
			}
			else {
				assertThatExceptionOfType(LockTimeoutException.class).isThrownBy(() -> this.bank.skipSecond("x", "y"));
			}
		}
		assertThat(isFree("account:x")).isTrue();
		assertThat(isFree("account:y")).isTrue();
	}

	@Test
	void futuresAndPublishersHoldAllLocks() {
		CompletableFuture<Object> work = new CompletableFuture<>();
		this.target.work = work;
		CompletableFuture<Object> later = this.bank.later("x", "y");
		assertThat(isFree("account:x")).isFalse();
		assertThat(isFree("account:y")).isFalse();
		work.complete("done");
		assertThat(later.join()).isEqualTo("done");
		assertThat(isFree("account:x")).isTrue();
		assertThat(isFree("account:y")).isTrue();
		StepVerifier.create(this.bank.reactive("x", "y"))
			.expectNext(List.of("write account:x", "write account:y"))
			.verifyComplete();
		assertThat(isFree("account:x")).isTrue();
		assertThat(isFree("account:y")).isTrue();
	}

	@Test
	void cancellingWhileTheSecondIsWaitedForGivesTheFirstBack() {
		try (LockHandle other = stranger("account:y")) {
			assertThat(other.isHeld()).isTrue();
			StepVerifier.create(this.bank.reactivePatient("x", "y"))
				.expectSubscription()
				.then(() -> assertThat(isFree("account:x")).isFalse())
				.thenCancel()
				.verify();
			assertThat(isFree("account:x")).isTrue();
			assertThat(this.locks.getStatistics("account:y").get(0).locks().get("write").currentWaiters()).isZero();
		}
		assertThat(isFree("account:y")).isTrue();
	}

	@Test
	void lockOfACallThatNeverBeganIsNotKeptForItsMinimumHold() {
		LockRequest.Builder second = LockRequest.distributed("job:2").owner(LockOwner.create("stranger"));
		try (LockHandle other = this.locks.acquire(second.build())) {
			assertThat(other.isHeld()).isTrue();
			assertThat(this.bank.job()).isNull();
			StepVerifier.create(this.bank.jobReactive()).expectSubscription().thenCancel().verify();
		}
		Awaitility.await()
			.untilAsserted(() -> assertThat(this.locks.getLockStatus("job:1"))
				.allSatisfy((status) -> assertThat(status.locks().get("distributed").holders()).isEmpty()));
		assertThat(this.bank.job()).isEqualTo("ran");
		assertThat(this.bank.job()).isNull();
	}

	@Test
	void annotationsOfAMethodReplaceThoseOfItsClass() {
		TypeLevel bean = new LockedProxies(this.locks).cglib(new TypeLevel());
		assertThat(bean.fromType()).isEqualTo(List.of("write a", "write b"));
		assertThat(bean.own()).isEqualTo(List.of("read c"));
	}

	private static LockHandle reluctant(String name) {
		LockHandle handle = mock(LockHandle.class);
		given(handle.type()).willReturn(LockType.WRITE);
		given(handle.owner()).willReturn(LockOwner.create(name));
		willThrow(new IllegalStateException(name)).given(handle).close();
		return handle;
	}

	private LockHandle stranger(String resource) {
		return this.locks.acquire(LockRequest.write(resource).owner(LockOwner.create("stranger")).build());
	}

	private boolean isFree(String resource) {
		return LockedProxies.isFree(this.locks, resource);
	}

	private static List<String> held() {
		return Locks.held().stream().map(SeveralLocksTests::text).toList();
	}

	private static String text(LockHandle handle) {
		LockType type = handle.type();
		return type.key() + " " + handle.resource();
	}

	static class Bank {

		final AtomicInteger transfers = new AtomicInteger();

		CompletableFuture<Object> work = CompletableFuture.completedFuture("done");

		@WriteLock("c")
		@ReadLock("b")
		@WriteLock("a")
		@DistributedLock("d")
		List<String> mixed() {
			return held();
		}

		@DistributedLock("d")
		@WriteLock("a")
		@WriteLock("c")
		@ReadLock("b")
		List<String> mixedOtherwise() {
			return held();
		}

		@WriteLock("a")
		@DistributedLock("a")
		List<String> both() {
			return held();
		}

		@WriteLock(value = "account:#{#from}", timeout = "10s")
		@WriteLock(value = "account:#{#to}", timeout = "10s")
		List<String> transfer(String from, String to) {
			this.transfers.incrementAndGet();
			return held();
		}

		@WriteLock(value = "account:#{#from}", timeout = "100ms")
		@WriteLock(value = "account:#{#to}", timeout = "100ms")
		List<String> hasty(String from, String to) {
			return held();
		}

		@WriteLock("account:#{#to}")
		@ReadLock("account:#{#from}")
		List<String> copy(String from, String to) {
			return held();
		}

		@WriteLock(value = "account:#{#from}", timeout = "0")
		@WriteLock(value = "account:#{#to}", timeout = "0", onFailure = OnFailure.SKIP)
		List<String> skipSecond(String from, String to) {
			return held();
		}

		@WriteLock(value = "account:#{#from}", timeout = "0")
		@WriteLock(value = "account:#{#to}", timeout = "0")
		CompletableFuture<Object> later(String from, String to) {
			return this.work;
		}

		@WriteLock(value = "account:#{#from}", timeout = "0")
		@WriteLock(value = "account:#{#to}", timeout = "0")
		Mono<List<String>> reactive(String from, String to) {
			return Mono.deferContextual(
					(context) -> Mono.just(ReactiveLocks.held(context).stream().map(SeveralLocksTests::text).toList()));
		}

		@DistributedLock(value = "job:1", timeout = "0", minimumHold = "1h", onFailure = OnFailure.SKIP)
		@DistributedLock(value = "job:2", timeout = "0", onFailure = OnFailure.SKIP)
		@Nullable String job() {
			return "ran";
		}

		@DistributedLock(value = "job:1", minimumHold = "1h")
		@DistributedLock(value = "job:2")
		Mono<String> jobReactive() {
			return Mono.just("ran");
		}

		@WriteLock("account:#{#from}")
		@WriteLock("account:#{#to}")
		Mono<String> endless(String from, String to) {
			return Mono.never();
		}

		@WriteLock("account:#{#from}")
		@WriteLock("account:#{#to}")
		Mono<List<String>> reactivePatient(String from, String to) {
			return Mono.just(held());
		}

	}

	@WriteLock("b")
	@WriteLock("a")
	static class TypeLevel {

		public List<String> fromType() {
			return held();
		}

		@ReadLock("c")
		public List<String> own() {
			return held();
		}

	}

}
