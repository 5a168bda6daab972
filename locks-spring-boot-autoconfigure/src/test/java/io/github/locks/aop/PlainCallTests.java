package io.github.locks.aop;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.github.locks.LockBackendException;
import io.github.locks.LockHandle;
import io.github.locks.LockInterruptedException;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

/**
 * Calls that return a value.
 */
@Timeout(30)
class PlainCallTests {

	private final DefaultLockManager locks = DefaultLockManager.builder().shutdownTimeout(Duration.ZERO).build();

	private final Store store = new LockedProxies(this.locks).cglib(new Store());

	@AfterEach
	void close() {
		this.locks.close();
	}

	@Test
	void writeLockIsHeldDuringTheCallAndFreeAfterwards() {
		assertThat(this.store.write(() -> "readable: " + isReadable())).isEqualTo("readable: false");
		assertThat(isFree()).isTrue();
	}

	@Test
	void readLockIsHeldDuringTheCallAndAdmitsReaders() {
		String seen = this.store.read(() -> "readable: " + isReadable() + ", free: " + isFree());
		assertThat(seen).isEqualTo("readable: true, free: false");
		assertThat(isFree()).isTrue();
	}

	@Test
	void lockIsReleasedWhenTheMethodThrows() {
		IllegalArgumentException failure = new IllegalArgumentException("boom");
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> this.store.write(() -> {
			throw failure;
		})).isSameAs(failure);
		assertThat(failure.getSuppressed()).isEmpty();
		assertThat(isFree()).isTrue();
	}

	@Test
	void methodIsNamedInTheStatus() {
		this.store.write(() -> {
			assertThat(this.locks.getLockStatus("a")).singleElement()
				.satisfies((status) -> assertThat(status.toString()).contains("Store.write"));
			return "";
		});
	}

	@Test
	void nestedCallsOnOneResourceAreReentrant() {
		assertThat(this.store.write(() -> this.store.write(() -> this.store.read(() -> "inner")))).isEqualTo("inner");
		assertThat(isFree()).isTrue();
	}

	@Test
	void recursionIsReentrantTenThousandCallsDeep() throws Exception {
		CompletableFuture<Integer> depth = new CompletableFuture<>();
		Thread thread = new Thread(null, () -> depth.complete(recurse(10_000)), "deep", 512L << 20);
		thread.start();
		assertThat(depth.get(20, TimeUnit.SECONDS)).isEqualTo(10_000);
		assertThat(isFree()).isTrue();
	}

	private int recurse(int depth) {
		return (depth == 0) ? 0 : Integer.parseInt(this.store.write(() -> String.valueOf(recurse(depth - 1)))) + 1;
	}

	@Test
	void callFailsWhenTheLockIsNotToBeHad() {
		whileHeld(() -> assertThatExceptionOfType(LockTimeoutException.class)
			.isThrownBy(() -> this.store.impatient(() -> "ran"))
			.satisfies((ex) -> assertThat(ex.timeout()).isZero()));
	}

	@Test
	void skippedCallsReturnNothingAndDoNotRun() {
		CountDownLatch ran = new CountDownLatch(1);
		whileHeld(() -> {
			this.store.skipVoid(ran::countDown);
			assertThat(this.store.skipReference(() -> "ran")).isNull();
			assertThat(this.store.skipOptional(() -> "ran")).isEmpty();
		});
		assertThat(ran.getCount()).isOne();
		assertThat(this.store.skipReference(() -> "ran")).isEqualTo("ran");
		assertThat(this.store.skipOptional(() -> "ran")).contains("ran");
	}

	@Test
	void timeoutFromTheMethodItselfIsNotSkipped() {
		LockTimeoutException inner = new LockTimeoutException("inner", "b", LockType.READ, Duration.ZERO, List.of(), 1);
		assertThatExceptionOfType(LockTimeoutException.class).isThrownBy(() -> this.store.skipReference(() -> {
			throw inner;
		})).isSameAs(inner);
	}

	@Test
	void interruptedCallFailsAndKeepsTheFlag() {
		Thread.currentThread().interrupt();
		try {
			assertThatExceptionOfType(LockInterruptedException.class).isThrownBy(() -> this.store.write(() -> "ran"));
		}
		finally {
			assertThat(Thread.interrupted()).isTrue();
		}
		assertThat(isFree()).isTrue();
	}

	@Test
	void lostLockFailsTheCall() {
		LockHandle handle = handle(false);
		assertThatExceptionOfType(LockLostException.class).isThrownBy(() -> proxy(handle).write(() -> "ran"))
			.withMessageContaining("'a'")
			.withMessageContaining("Store.write");
		verify(handle, times(1)).close();
	}

	@Test
	void failureOfTheMethodWinsOverTheLostLock() {
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> proxy(handle(false)).write(() -> {
			throw new IllegalArgumentException("boom");
		})).satisfies((ex) -> assertThat(ex.getSuppressed()).hasOnlyElementsOfType(LockLostException.class));
	}

	@Test
	void failureOfTheMethodWinsOverAFailedRelease() {
		LockHandle handle = handle(true);
		LockBackendException unreachable = new LockBackendException("gone", "a", LockType.WRITE, null);
		willThrow(unreachable).given(handle).close();
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> proxy(handle).write(() -> {
			throw new IllegalArgumentException("boom");
		})).satisfies((ex) -> assertThat(ex.getSuppressed()).containsExactly(unreachable));
	}

	@Test
	void promiseReturnedAsObjectIsRefused() {
		assertThatExceptionOfType(InvalidLockAnnotationException.class).isThrownBy(() -> this.store.object(Mono::empty))
			.withMessageContaining("Declare that type");
		assertThatExceptionOfType(InvalidLockAnnotationException.class)
			.isThrownBy(() -> this.store.object(CompletableFuture::new));
		assertThat(this.store.object(() -> "value")).isEqualTo("value");
		assertThat(isFree()).isTrue();
	}

	@Test
	void lockManagerIsAskedForAtTheFirstCallOnly() {
		LockManager manager = mock(LockManager.class);
		Store proxy = new LockedProxies(manager).cglib(new Store());
		assertThat(proxy.unlocked()).isEqualTo("unlocked");
		verify(manager, never()).acquire(any());
	}

	private Store proxy(LockHandle handle) {
		LockManager manager = mock(LockManager.class);
		given(manager.acquire(any())).willReturn(handle);
		return new LockedProxies(manager).cglib(new Store());
	}

	private static LockHandle handle(boolean held) {
		LockHandle handle = mock(LockHandle.class);
		given(handle.isLost()).willReturn(!held);
		given(handle.resource()).willReturn("a");
		given(handle.type()).willReturn(LockType.WRITE);
		return handle;
	}

	private void whileHeld(Runnable action) {
		LockRequest request = LockRequest.write("a").owner(LockOwner.create("other")).build();
		try (LockHandle held = this.locks.acquire(request)) {
			assertThat(held.isHeld()).isTrue();
			action.run();
		}
	}

	private boolean isFree() {
		return LockedProxies.isFree(this.locks, "a");
	}

	private boolean isReadable() {
		return LockedProxies.isReadable(this.locks, "a");
	}

	static class Store {

		@WriteLock("a")
		String write(Supplier<String> body) {
			return body.get();
		}

		@ReadLock("a")
		String read(Supplier<String> body) {
			return body.get();
		}

		@WriteLock(value = "a", timeout = "0")
		String impatient(Supplier<String> body) {
			return body.get();
		}

		@WriteLock(value = "a", timeout = "0", onFailure = OnFailure.SKIP)
		void skipVoid(Runnable body) {
			body.run();
		}

		@WriteLock(value = "a", timeout = "0", onFailure = OnFailure.SKIP)
		String skipReference(Supplier<String> body) {
			return body.get();
		}

		@WriteLock(value = "a", timeout = "0", onFailure = OnFailure.SKIP)
		Optional<String> skipOptional(Supplier<String> body) {
			return Optional.of(body.get());
		}

		@WriteLock("a")
		Object object(Supplier<Object> body) {
			return body.get();
		}

		String unlocked() {
			return "unlocked";
		}

	}

}
