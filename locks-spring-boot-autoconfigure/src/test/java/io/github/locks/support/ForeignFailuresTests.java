package io.github.locks.support;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.github.locks.Deadlock;
import io.github.locks.LockBackendException;
import io.github.locks.LockHandle;
import io.github.locks.LockHolder;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.LockType;
import io.github.locks.memory.MemoryLockBackend;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.LockBackend;
import io.github.locks.spi.LockEvent;
import io.github.locks.spi.LockListener;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests that no lock stays taken whatever the code of others throws: errors too, and
 * checked exceptions, which other languages throw where Java does not allow it.
 */
@Timeout(60)
class ForeignFailuresTests {

	private final ThrowingBackend backend = new ThrowingBackend();

	private @Nullable DefaultLockManager opened;

	@AfterEach
	void close() {
		this.backend.failure = null;
		if (this.opened != null) {
			this.opened.close();
		}
	}

	@ParameterizedTest
	@EnumSource
	void listenerLeavesNothingTaken(Failure failure) throws Exception {
		DefaultLockManager locks = manager(new ThrowingListener(failure));
		for (LockType type : LockType.values()) {
			LockHandle held = locks.acquire(request(type, "one").build());
			LockRequest exclusive = request((type == LockType.READ) ? LockType.WRITE : type, "two")
				.timeout(Duration.ofMillis(20))
				.build();
			assertThatExceptionOfType(LockTimeoutException.class).isThrownBy(() -> locks.acquire(exclusive).close());
			assertThatExceptionOfType(Exception.class)
				.isThrownBy(() -> locks.acquireAsync(exclusive).get(10, TimeUnit.SECONDS))
				.withCauseInstanceOf(LockTimeoutException.class);
			CompletableFuture<LockHandle> waiting = locks
				.acquireAsync(request(exclusive.type(), "three").timeout(Duration.ofSeconds(10)).build());
			held.close();
			waiting.get(10, TimeUnit.SECONDS).close();
			Awaitility.await().untilAsserted(() -> assertThat(locks.getLockStatus()).isEmpty());
		}
	}

	@ParameterizedTest
	@EnumSource
	void appenderLeavesNothingTaken(Failure failure) throws Exception {
		Logger logger = (Logger) LoggerFactory.getLogger("io.github.locks.support");
		AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {

			@Override
			public synchronized void doAppend(ILoggingEvent event) {
				failure.occur();
			}

			@Override
			protected void append(ILoggingEvent event) {
			}

		};
		logger.addAppender(appender);
		try {
			listenerLeavesNothingTaken(failure);
		}
		finally {
			logger.detachAppender(appender);
		}
	}

	@ParameterizedTest
	@EnumSource
	void backendLeavesNothingTaken(Failure failure) throws Exception {
		DefaultLockManager locks = manager((event) -> {
		});
		this.backend.failure = failure;
		LockRequest request = request(LockType.DISTRIBUTED, "one").build();
		assertThatExceptionOfType(Throwable.class).isThrownBy(() -> locks.acquire(request).close())
			.satisfies(failure::isSeen);
		assertThatExceptionOfType(Throwable.class).isThrownBy(() -> locks.tryAcquire(request))
			.satisfies(failure::isSeen);
		assertThatExceptionOfType(Exception.class)
			.isThrownBy(() -> locks.acquireAsync(request).get(10, TimeUnit.SECONDS))
			.satisfies((ex) -> failure.isSeen(ex.getCause()));
		this.backend.failure = null;
		assertThat(locks.getLockStatus()).isEmpty();
		LockHandle held = locks.tryAcquire(request(LockType.DISTRIBUTED, "two").build()).orElseThrow();
		this.backend.failure = failure;
		assertThatExceptionOfType(LockTimeoutException.class).isThrownBy(
				() -> locks.acquire(request(LockType.DISTRIBUTED, "three").timeout(Duration.ofMillis(20)).build())
					.close());
		held.close();
		assertThat(locks.getLockStatus()).isEmpty();
	}

	@Test
	void backendThatCannotBeMadeIsABackendFailure() {
		Supplier<LockBackend> broken = () -> {
			Failure.CHECKED.occur();
			return this.backend;
		};
		try (DefaultLockManager locks = DefaultLockManager.builder().backend(broken).build()) {
			assertThatExceptionOfType(LockBackendException.class).isThrownBy(() -> locks.distributedLock("a"))
				.withCauseInstanceOf(IOException.class);
			assertThat(locks.getLockStatus()).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource
	void renewalThatFailsEndsNoOther(Failure failure) {
		DefaultLockManager locks = manager((event) -> {
		});
		for (int i = 0; i < 6; i++) {
			locks.distributedLock("r" + i);
		}
		for (int i = 0; i < 6; i++) {
			this.backend.notRenewed = "r" + i;
			this.backend.failure = failure;
			this.backend.renewals.clear();
			Awaitility.await().until(() -> this.backend.renewals.size() == 5);
		}
	}

	private DefaultLockManager manager(LockListener listener) {
		DefaultLockManager manager = DefaultLockManager.builder()
			.backend(() -> this.backend)
			.shutdownTimeout(Duration.ZERO)
			.listener(listener)
			.build();
		this.opened = manager;
		return manager;
	}

	private static LockRequest.Builder request(LockType type, String owner) {
		return LockRequest.of(type, "a").owner(LockOwner.create(owner));
	}

	/**
	 * What is thrown.
	 */
	enum Failure {

		UNCHECKED(new IllegalStateException("foreign")), ERROR(new NoClassDefFoundError("foreign")),
		CHECKED(new IOException("foreign"));

		private final Throwable failure;

		Failure(Throwable failure) {
			this.failure = failure;
		}

		void occur() {
			ForeignFailuresTests.<RuntimeException>sneakyThrow(this.failure);
		}

		void isSeen(Throwable seen) {
			if (this == CHECKED) {
				assertThat(seen).isInstanceOf(LockBackendException.class).hasCause(this.failure);
			}
			else {
				assertThat(seen).isSameAs(this.failure);
			}
		}

	}

	@SuppressWarnings({ "unchecked", "TypeParameterUnusedInFormals" })
	private static <T extends Throwable> void sneakyThrow(Throwable failure) throws T {
		throw (T) failure;
	}

	/**
	 * Fails always.
	 */
	private record ThrowingListener(Failure failure) implements LockListener {

		@Override
		public void onEvent(LockEvent event) {
			this.failure.occur();
		}

		@Override
		public void onWaiting(LockRequest request, LockOwner owner) {
			this.failure.occur();
		}

		@Override
		public void onDeadlock(Deadlock deadlock) {
			this.failure.occur();
		}

	}

	/**
	 * Fails when told to.
	 */
	private static final class ThrowingBackend implements LockBackend {

		private final MemoryLockBackend memory = new MemoryLockBackend();

		private final Map<String, Boolean> renewals = new ConcurrentHashMap<>();

		private volatile @Nullable Failure failure;

		private volatile @Nullable String notRenewed;

		@Override
		public Optional<Lease> tryAcquire(LeaseRequest request) {
			fail();
			return this.memory.tryAcquire(request);
		}

		@Override
		public boolean renew(Lease lease) {
			if (lease.resource().equals(this.notRenewed)) {
				fail();
			}
			this.renewals.put(lease.resource(), true);
			return this.memory.renew(lease);
		}

		@Override
		public void release(Lease lease) {
			this.memory.release(lease);
			fail();
		}

		@Override
		public Optional<LockHolder> inspect(String resource) {
			fail();
			return this.memory.inspect(resource);
		}

		private void fail() {
			Failure current = this.failure;
			if (current != null) {
				current.occur();
			}
		}

	}

}
