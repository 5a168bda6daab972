package io.github.locks.support;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.github.locks.Deadlock;
import io.github.locks.DeadlockException;
import io.github.locks.LockException;
import io.github.locks.LockHandle;
import io.github.locks.LockOperation.Kind;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockType;
import io.github.locks.memory.MemoryLockBackend;
import io.github.locks.spi.LockEvent;
import io.github.locks.spi.LockListener;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of what a {@link LockListener} learns, and of what it can not do.
 */
@Timeout(60)
class ListenersTests {

	private final Recorder recorder = new Recorder();

	private DefaultLockManager locks = manager(DeadlockPolicy.REPORT, this.recorder);

	@AfterEach
	void close() {
		this.locks.close();
	}

	@Test
	void eventsHaveTheTemplateOfTheRequest() {
		this.locks.acquire(LockRequest.write("orders:42").template("orders:#{#id}").build()).close();
		this.locks.writeLock("orders:42").close();
		assertThat(this.recorder.events).extracting(LockEvent::template)
			.containsExactly("orders:#{#id}", "orders:#{#id}", null, null);
	}

	@Test
	void whoDoesNotFollowHoldsIsToldOfTheRestWhateverOthersFollow() {
		Recorder casual = new Recorder(false);
		for (LockListener other : List.of(casual, this.recorder)) {
			casual.events.clear();
			try (DefaultLockManager both = DefaultLockManager.builder().listener(casual).listener(other).build();
					LockHandle held = both.writeLock("a")) {
				both.readLock("a").close();
				assertThat(both.tryAcquire(LockRequest.write("a").owner(LockOwner.create("b")).build())).isEmpty();
				assertThat(held.isHeld()).isTrue();
			}
			assertThat(casual.events).extracting(LockEvent::operation).containsOnly(Kind.TIMEOUT);
		}
		assertThat(this.recorder.events).extracting(LockEvent::operation)
			.containsExactly(Kind.ACQUIRED, Kind.ACQUIRED, Kind.RELEASED, Kind.TIMEOUT, Kind.RELEASED);
	}

	@Test
	void closedManagerGivesNoLockThatAnybodyIsToldOf() {
		this.locks.writeLock("a").close();
		this.locks.close();
		this.recorder.events.clear();
		assertThatExceptionOfType(LockException.class).isThrownBy(() -> this.locks.writeLock("a"));
		assertThat(this.recorder.events).isEmpty();
		assertThat(this.locks.getStatistics("a").get(0).locks().get("write").totalAcquisitions()).isOne();
	}

	@Test
	void whoDoesNotFollowHoldsIsToldOfTheEndOfEachWait() {
		Recorder casual = new Recorder(false);
		try (DefaultLockManager manager = DefaultLockManager.builder().listener(casual).build()) {
			LockHandle held = manager.writeLock("a");
			CompletableFuture<LockHandle> waiting = manager.acquireAsync(LockRequest.write("a").build());
			held.close();
			waiting.join().close();
			assertThat(casual.waits).hasSize(1);
			assertThat(casual.events).singleElement()
				.returns(Kind.ACQUIRED, LockEvent::operation)
				.returns(true, LockEvent::waited);
		}
	}

	@Test
	void waitIsToldOnceAndEndsWithAnEventThatSaysSo() throws Exception {
		LockHandle held = this.locks.writeLock("a");
		LockOwner owner = LockOwner.create("waiter");
		CompletableFuture<LockHandle> waiting = this.locks
			.acquireAsync(LockRequest.read("a").owner(owner).template("t").build());
		assertThat(this.recorder.waits).containsExactly("read t waiter");
		held.close();
		waiting.get(10, TimeUnit.SECONDS).close();
		assertThat(this.recorder.events).filteredOn(LockEvent::waited)
			.singleElement()
			.satisfies((event) -> assertThat(event.operation()).isEqualTo(Kind.ACQUIRED));
	}

	@Test
	void whatDoesNotWaitIsNotTold() {
		LockHandle held = this.locks.writeLock("a");
		assertThat(this.locks.tryAcquire(LockRequest.write("a").owner(LockOwner.create("b")).build())).isEmpty();
		assertThatExceptionOfType(LockException.class).isThrownBy(() -> this.locks
			.acquire(LockRequest.write("a").owner(LockOwner.create("b")).timeout(Duration.ZERO).build()));
		held.close();
		assertThat(this.recorder.waits).isEmpty();
		assertThat(this.recorder.events).noneMatch(LockEvent::waited);
	}

	@Test
	void waitForTheBackendIsAWait() {
		MemoryLockBackend shared = new MemoryLockBackend();
		try (DefaultLockManager one = DefaultLockManager.builder().backend(() -> shared).build();
				DefaultLockManager other = DefaultLockManager.builder()
					.backend(() -> shared)
					.listener(this.recorder)
					.build();
				LockHandle held = one.distributedLock("a")) {
			assertThat(held.isHeld()).isTrue();
			assertThat(other.tryAcquire(LockRequest.distributed("a").build())).isEmpty();
			assertThat(this.recorder.waits).isEmpty();
			assertThatExceptionOfType(LockException.class)
				.isThrownBy(() -> other.distributedLock("a", Duration.ofMillis(20)));
			assertThatExceptionOfType(Exception.class).isThrownBy(
					() -> other.acquireAsync(LockRequest.distributed("a").timeout(Duration.ofMillis(20)).build())
						.get());
			assertThat(this.recorder.waits).hasSize(2);
			Awaitility.await()
				.untilAsserted(
						() -> assertThat(this.recorder.events).extracting(LockEvent::operation, LockEvent::waited)
							.containsExactly(org.assertj.core.groups.Tuple.tuple(Kind.TIMEOUT, false),
									org.assertj.core.groups.Tuple.tuple(Kind.TIMEOUT, true),
									org.assertj.core.groups.Tuple.tuple(Kind.TIMEOUT, true)));
		}
	}

	@Test
	void waitInTheQueueAndThenForTheBackendIsOneWait() throws Exception {
		MemoryLockBackend shared = new MemoryLockBackend();
		try (DefaultLockManager one = DefaultLockManager.builder().backend(() -> shared).build();
				DefaultLockManager other = DefaultLockManager.builder()
					.backend(() -> shared)
					.listener(this.recorder)
					.build()) {
			LockHandle held = one.distributedLock("a");
			LockRequest.Builder request = LockRequest.distributed("a").owner(LockOwner.create("first"));
			CompletableFuture<LockHandle> first = other.acquireAsync(request.timeout(Duration.ofMillis(100)).build());
			CompletableFuture<LockHandle> second = other
				.acquireAsync(request.owner(LockOwner.create("second")).timeout(Duration.ofSeconds(20)).build());
			assertThatExceptionOfType(Exception.class).isThrownBy(() -> first.get(10, TimeUnit.SECONDS));
			Awaitility.await().pollDelay(Duration.ofMillis(200)).until(() -> !second.isDone());
			held.close();
			second.get(10, TimeUnit.SECONDS).close();
		}
		assertThat(this.recorder.waits).containsExactlyInAnyOrder("distributed null first", "distributed null second");
	}

	@Test
	void countsOfHoldersAndWaitersEndAtZero() throws Exception {
		ExecutorService pool = Executors.newFixedThreadPool(6);
		List<Future<?>> all = new ArrayList<>();
		for (int i = 0; i < 6; i++) {
			all.add(pool.submit(() -> {
				for (int n = 0; n < 2_000; n++) {
					lockSomehow(ThreadLocalRandom.current());
				}
			}));
		}
		for (Future<?> one : all) {
			one.get(50, TimeUnit.SECONDS);
		}
		pool.shutdownNow();
		Awaitility.await().untilAsserted(() -> assertThat(this.locks.getLockStatus()).isEmpty());
		Awaitility.await().untilAsserted(() -> {
			assertThat(this.recorder.waiting).allSatisfy((type, count) -> assertThat(count.sum()).isZero());
			assertThat(this.recorder.held).allSatisfy((type, count) -> assertThat(count.sum()).isZero());
		});
		assertThat(this.recorder.waits).isNotEmpty();
	}

	private void lockSomehow(ThreadLocalRandom random) {
		LockType type = LockType.values()[random.nextInt(3)];
		LockRequest request = LockRequest.of(type, "r" + random.nextInt(2))
			.timeout(Duration.ofNanos(random.nextInt(300_000)))
			.build();
		if (random.nextBoolean()) {
			CompletableFuture<LockHandle> future = this.locks.acquireAsync(request);
			if (random.nextInt(4) == 0) {
				future.cancel(true);
			}
			future.thenAccept(LockHandle::close);
			return;
		}
		try (LockHandle held = this.locks.acquire(request)) {
			assertThat(held.isHeld()).isTrue();
		}
		catch (LockException ex) {
			// the other outcome
		}
	}

	@Test
	void deadlockIsToldOnce() {
		makeDeadlock();
		Awaitility.await().until(() -> !this.recorder.deadlocks.isEmpty());
		assertThat(this.locks.detectDeadlocks()).hasSize(1);
		assertThat(this.locks.detectDeadlocks()).hasSize(1);
		assertThat(this.recorder.deadlocks).singleElement()
			.satisfies((deadlock) -> assertThat(deadlock.kind()).isEqualTo(Deadlock.Kind.CYCLE));
	}

	@Test
	void longWaitIsTold() {
		try (DefaultLockManager impatient = DefaultLockManager.builder()
			.deadlockThreshold(Duration.ofMillis(1))
			.deadlockCheckInterval(Duration.ofMillis(1))
			.listener(this.recorder)
			.build(); LockHandle held = impatient.writeLock("a")) {
			CompletableFuture<LockHandle> waiting = impatient.acquireAsync(LockRequest.write("a").build());
			Awaitility.await()
				.untilAsserted(() -> assertThat(this.recorder.deadlocks).singleElement()
					.satisfies((deadlock) -> assertThat(deadlock.kind()).isEqualTo(Deadlock.Kind.LONG_WAIT)));
			waiting.cancel(true);
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	void listenerThatThrowsLeavesNoRequestBehind() {
		use(manager(DeadlockPolicy.BREAK, new Thrower()));
		assertTheVictimLeaves();
	}

	@Test
	void appenderThatThrowsLeavesNoRequestBehind() {
		Logger logger = (Logger) LoggerFactory.getLogger("io.github.locks.support");
		AppenderBase<ILoggingEvent> thrower = new AppenderBase<>() {

			@Override
			public synchronized void doAppend(ILoggingEvent event) {
				throw new IllegalStateException("the disk is full");
			}

			@Override
			protected void append(ILoggingEvent event) {
			}

		};
		logger.addAppender(thrower);
		try {
			use(manager(DeadlockPolicy.BREAK, new Thrower()));
			assertTheVictimLeaves();
		}
		finally {
			logger.detachAppender(thrower);
		}
	}

	private void assertTheVictimLeaves() {
		CompletableFuture<LockHandle> victim = makeDeadlock();
		assertThatExceptionOfType(Exception.class).isThrownBy(() -> victim.get(10, TimeUnit.SECONDS))
			.withCauseInstanceOf(DeadlockException.class);
		assertThat(this.locks.getLockStatus("a").get(0).locks().get("write").waiters()).isEmpty();
	}

	/** Returns the request that closes the cycle. */
	private CompletableFuture<LockHandle> makeDeadlock() {
		LockOwner one = LockOwner.create("one");
		LockOwner two = LockOwner.create("two");
		this.locks.acquire(LockRequest.write("a").owner(one).build());
		this.locks.acquire(LockRequest.write("b").owner(two).build());
		this.locks.acquireAsync(LockRequest.write("b").owner(one).build());
		return this.locks.acquireAsync(LockRequest.write("a").owner(two).build());
	}

	private void use(DefaultLockManager manager) {
		this.locks.close();
		this.locks = manager;
	}

	private static DefaultLockManager manager(DeadlockPolicy policy, LockListener listener) {
		return DefaultLockManager.builder()
			.backend(MemoryLockBackend::new)
			.deadlockPolicy(policy)
			.shutdownTimeout(Duration.ZERO)
			.listener(listener)
			.build();
	}

	/**
	 * Counts as a listener for metrics would.
	 */
	private static final class Recorder implements LockListener {

		private final List<LockEvent> events = new CopyOnWriteArrayList<>();

		private final List<String> waits = new CopyOnWriteArrayList<>();

		private final List<Deadlock> deadlocks = new CopyOnWriteArrayList<>();

		private final Map<LockType, LongAdder> waiting = new ConcurrentHashMap<>();

		private final Map<LockType, LongAdder> held = new ConcurrentHashMap<>();

		private final boolean followsHolds;

		Recorder() {
			this(true);
		}

		Recorder(boolean followsHolds) {
			this.followsHolds = followsHolds;
		}

		@Override
		public boolean followsHolds() {
			return this.followsHolds;
		}

		@Override
		public void onEvent(LockEvent event) {
			if (this.events.size() < 100) {
				this.events.add(event);
			}
			if (event.waited()) {
				this.waiting.computeIfAbsent(event.type(), (type) -> new LongAdder()).decrement();
			}
			switch (event.operation()) {
				case ACQUIRED -> this.held.computeIfAbsent(event.type(), (type) -> new LongAdder()).increment();
				case RELEASED, LOST -> this.held.computeIfAbsent(event.type(), (type) -> new LongAdder()).decrement();
				default -> {
				}
			}
		}

		@Override
		public void onWaiting(LockRequest request, LockOwner owner) {
			if (this.waits.size() < 100) {
				this.waits.add(request.type().key() + " " + request.template() + " " + owner.name());
			}
			this.waiting.computeIfAbsent(request.type(), (type) -> new LongAdder()).increment();
		}

		@Override
		public void onDeadlock(Deadlock deadlock) {
			this.deadlocks.add(deadlock);
		}

	}

	/**
	 * Fails always.
	 */
	private static final class Thrower implements LockListener {

		@Override
		public void onEvent(LockEvent event) {
			throw new IllegalStateException("event");
		}

		@Override
		public void onWaiting(LockRequest request, LockOwner owner) {
			throw new IllegalStateException("waiting");
		}

		@Override
		public void onDeadlock(Deadlock deadlock) {
			throw new IllegalStateException("deadlock");
		}

	}

}
