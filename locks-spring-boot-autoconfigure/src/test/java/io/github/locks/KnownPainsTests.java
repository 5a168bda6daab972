package io.github.locks;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.github.locks.annotation.DistributedLock;
import io.github.locks.annotation.OnFailure;
import io.github.locks.annotation.WriteLock;
import io.github.locks.autoconfigure.LocksAutoConfiguration;
import io.github.locks.autoconfigure.LocksMetricsAutoConfiguration;
import io.github.locks.memory.MemoryLockBackend;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.LockBackend;
import io.github.locks.support.DefaultLockManager;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What hurts users of other lock libraries does not happen here. The numbers are the rows
 * of {@code docs/pains.md}.
 */
@Timeout(120)
class KnownPainsTests {

	private final RecordingBackend backend = new RecordingBackend();

	private final DefaultLockManager locks = DefaultLockManager.builder()
		.backend(() -> this.backend)
		.shutdownTimeout(Duration.ZERO)
		.build();

	private final ExecutorService executor = Executors.newCachedThreadPool();

	@AfterEach
	void close() {
		this.executor.shutdownNow();
		this.locks.close();
	}

	/** Row 2: many locks come and go while the renewal goes round. */
	@Test
	void nothingIsRenewedAfterItsReleaseWhereManyComeAndGo() throws Exception {
		AtomicBoolean done = new AtomicBoolean();
		List<Future<?>> users = new CopyOnWriteArrayList<>();
		for (int user = 0; user < 4; user++) {
			String prefix = "user " + user + " lock ";
			users.add(this.executor.submit(() -> {
				while (!done.get()) {
					List<LockHandle> handles = new CopyOnWriteArrayList<>();
					for (int i = 0; i < 50; i++) {
						handles.add(this.locks.distributedLock(prefix + i));
					}
					LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
					handles.forEach(LockHandle::close);
				}
			}));
		}
		Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> this.backend.renewals.get() >= 1_000);
		done.set(true);
		for (Future<?> user : users) {
			user.get(30, TimeUnit.SECONDS);
		}
		assertThat(this.backend.violations).isEmpty();
	}

	/** Row 2: the release comes while the backend renews. */
	@Test
	void releaseComesAfterTheRenewalThatIsUnderWayAndNoneFollows() throws Exception {
		CountDownLatch renewing = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		this.backend.whenRenewed = () -> {
			renewing.countDown();
			await(goOn);
		};
		LockHandle held = this.locks.distributedLock("a");
		assertThat(renewing.await(30, TimeUnit.SECONDS)).isTrue();
		Future<?> closing = this.executor.submit(held::close);
		Awaitility.await().until(() -> !held.isHeld());
		assertThat(closing).failsWithin(Duration.ofMillis(200));
		assertThat(this.backend.released).isEmpty();
		goOn.countDown();
		closing.get(30, TimeUnit.SECONDS);
		assertThat(this.backend.released).hasSize(1);
		int renewals = this.backend.renewals.get();
		LockHandle other = this.locks.distributedLock("b");
		Awaitility.await().until(() -> this.backend.renewalsOf("b") >= 2);
		other.close();
		assertThat(this.backend.renewalsOf("a")).isEqualTo(renewals);
		assertThat(this.backend.violations).isEmpty();
	}

	/** Row 6. */
	@ParameterizedTest
	@CsvSource({ "BEFORE, READ", "BEFORE, WRITE", "BEFORE, DISTRIBUTED", "IN_THE_QUEUE, READ", "IN_THE_QUEUE, WRITE",
			"IN_THE_QUEUE, DISTRIBUTED", "BETWEEN_QUESTIONS_TO_THE_BACKEND, DISTRIBUTED",
			"WHILE_THE_BACKEND_GRANTS, DISTRIBUTED", "WHILE_HOLDING, READ", "WHILE_HOLDING, WRITE",
			"WHILE_HOLDING, DISTRIBUTED" })
	void interruptLeavesNoLockBehind(Moment moment, LockType type) throws Exception {
		AutoCloseable obstacle = obstacle(moment, type);
		this.backend.whenAsked = () -> {
			if (moment == Moment.WHILE_THE_BACKEND_GRANTS) {
				Thread.currentThread().interrupt();
			}
		};
		FutureTask<String> task = new FutureTask<>(() -> {
			if (moment == Moment.BEFORE) {
				Thread.currentThread().interrupt();
			}
			String outcome = "refused";
			try (LockHandle held = this.locks.acquire(request(type, "waiter"))) {
				if (moment == Moment.WHILE_HOLDING) {
					Thread.currentThread().interrupt();
				}
				outcome = held.isHeld() ? "held" : "lost";
			}
			catch (LockInterruptedException ex) {
				// nothing was taken
			}
			return outcome + ", " + (Thread.interrupted() ? "flag kept" : "flag lost");
		});
		Thread waiter = new Thread(task);
		waiter.start();
		if (moment == Moment.IN_THE_QUEUE || moment == Moment.BETWEEN_QUESTIONS_TO_THE_BACKEND) {
			Awaitility.await().until(() -> isWaiting(type));
			waiter.interrupt();
		}
		boolean entered = moment == Moment.WHILE_THE_BACKEND_GRANTS || moment == Moment.WHILE_HOLDING;
		assertThat(task.get(30, TimeUnit.SECONDS)).isEqualTo((entered ? "held" : "refused") + ", flag kept");
		waiter.join();
		obstacle.close();
		this.backend.whenAsked = () -> {
		};
		assertThat(this.locks.getLockStatus()).isEmpty();
		assertThat(this.backend.inspect("a")).isEmpty();
		for (LockType any : LockType.values()) {
			assertThat(this.locks.tryAcquire(request(any, "next"))).hasValueSatisfying(LockHandle::close);
		}
	}

	private AutoCloseable obstacle(Moment moment, LockType type) {
		if (moment == Moment.IN_THE_QUEUE) {
			LockType obstacle = (type == LockType.DISTRIBUTED) ? type : LockType.WRITE;
			return this.locks.acquire(request(obstacle, "obstacle"));
		}
		if (moment == Moment.BETWEEN_QUESTIONS_TO_THE_BACKEND) {
			return this.backend.takenByAnotherProcess("a");
		}
		return () -> {
		};
	}

	private boolean isWaiting(LockType type) {
		return this.locks.getLockStatus("a")
			.stream()
			.anyMatch((status) -> status.locks().containsKey(type.key())
					&& !status.locks().get(type.key()).waiters().isEmpty());
	}

	private static LockRequest request(LockType type, String owner) {
		LockRequest.Builder request = switch (type) {
			case READ -> LockRequest.read("a");
			case WRITE -> LockRequest.write("a");
			case DISTRIBUTED -> LockRequest.distributed("a");
		};
		return request.owner(LockOwner.create(owner)).timeout(Duration.ofSeconds(60)).build();
	}

	/** Row 7. */
	@Test
	void nothingRunsWithoutItsLockUnlessAConditionSaysSo() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(LocksAutoConfiguration.class))
			.withBean(LockBackend.class, () -> this.backend)
			.withPropertyValues("locks.shutdown-timeout=0s")
			.withBean(Jobs.class)
			.run((context) -> {
				Jobs jobs = context.getBean(Jobs.class);
				LockManager manager = context.getBean(LockManager.class);
				LockHandle obstacle = manager
					.acquire(LockRequest.write("a").owner(LockOwner.create("obstacle")).build());
				assertThatExceptionOfType(LockTimeoutException.class).isThrownBy(jobs::thrown);
				jobs.skipped();
				assertThat(jobs.replaced()).isEqualTo("fallback");
				assertThatExceptionOfType(LockException.class).isThrownBy(() -> jobs.named(null));
				assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> jobs.conditional(null));
				this.backend.whenAsked = () -> {
					throw new LockBackendException("down", "a", LockType.DISTRIBUTED, null);
				};
				assertThatExceptionOfType(LockBackendException.class).isThrownBy(jobs::distributed);
				assertThat(jobs.runs()).as("while somebody else holds the lock, or nobody can tell").isEmpty();
				assertThat(manager.getStatistics("a").get(0).locks().get("write").totalTimeouts())
					.as("skipped calls are counted as well")
					.isEqualTo(3);
				jobs.conditional(false);
				assertThat(jobs.runs()).containsExactly("conditional without");
				jobs.runs().clear();
				obstacle.close();
				this.backend.whenAsked = () -> {
				};
				jobs.thrown();
				jobs.skipped();
				jobs.replaced();
				jobs.named("a");
				jobs.conditional(true);
				jobs.distributed();
				assertThat(jobs.runs()).containsExactly("thrown under a", "skipped under a", "replaced under a",
						"named under a", "conditional under a", "distributed under a");
			});
	}

	/** Row 9: nobody tells that another process has given the lock back. */
	@Test
	void releaseThatNobodyTellsOfIsSeenByTheNextQuestion() throws Exception {
		for (int i = 0; i < 20; i++) {
			AutoCloseable obstacle = this.backend.takenByAnotherProcess("a");
			Future<Long> blocking = this.executor.submit(() -> {
				try (LockHandle held = this.locks.acquire(request(LockType.DISTRIBUTED, "blocking"))) {
					return held.isHeld() ? System.nanoTime() : 0;
				}
			});
			Future<Long> async = this.locks.acquireAsync(request(LockType.DISTRIBUTED, "async")).thenApply((held) -> {
				held.close();
				return System.nanoTime();
			});
			Awaitility.await()
				.pollInterval(Duration.ofMillis(5))
				.until(() -> this.locks.getLockStatus("a")
					.stream()
					.anyMatch((status) -> status.locks().get("distributed").waiters().size() == 2));
			obstacle.close();
			long free = System.nanoTime();
			assertThat(blocking.get(30, TimeUnit.SECONDS) - free).isLessThan(TimeUnit.SECONDS.toNanos(5));
			assertThat(async.get(30, TimeUnit.SECONDS) - free).isLessThan(TimeUnit.SECONDS.toNanos(5));
		}
	}

	/** Row 18. */
	@Test
	void blankLeaseIsRenewedForAsLongAsItIsHeld() {
		try (LockHandle held = this.locks.distributedLock("a")) {
			Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> this.backend.renewalsOf("a") >= 5);
			assertThat(held.isHeld()).isTrue();
			assertThat(this.backend.released).isEmpty();
		}
		assertThat(this.backend.released).hasSize(1);
	}

	/** Row 18. */
	@Test
	void givenLeaseEndsHoweverLongTheWorkTakes() {
		long start = System.nanoTime();
		LockRequest request = LockRequest.distributed("a").lease(Duration.ofMillis(600)).build();
		try (LockHandle held = this.locks.acquire(request)) {
			Awaitility.await().until(held::isLost);
			assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(Duration.ofMillis(600).toNanos());
			Awaitility.await().until(() -> this.backend.released.size() == 1);
			assertThat(this.backend.inspect("a")).isEmpty();
		}
		assertThat(this.backend.released).hasSize(1);
		assertThat(this.backend.violations).isEmpty();
	}

	/** Row 24. */
	@Test
	void resolvedNamesAreInNoTagOfAMeter() {
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(LocksAutoConfiguration.class, LocksMetricsAutoConfiguration.class))
			.withBean(SimpleMeterRegistry.class, () -> registry)
			.withBean(Jobs.class)
			.run((context) -> {
				context.getBean(Jobs.class).named("customer-4711");
				assertThat(registry.get("locks.hold").tag("template", "#{#name}").timer().count()).isEqualTo(1);
				assertThat(registry.getMeters()).flatExtracting((meter) -> meter.getId().getTags())
					.extracting(Tag::getValue)
					.isNotEmpty()
					.noneMatch((value) -> String.valueOf(value).contains("4711"));
			});
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * When the interrupt comes.
	 */
	enum Moment {

		BEFORE, IN_THE_QUEUE, BETWEEN_QUESTIONS_TO_THE_BACKEND, WHILE_THE_BACKEND_GRANTS, WHILE_HOLDING

	}

	/**
	 * Methods that say under which lock they run.
	 */
	static class Jobs {

		private final Queue<String> runs = new ConcurrentLinkedQueue<>();

		Queue<String> runs() {
			return this.runs;
		}

		@WriteLock(value = "a", timeout = "0")
		public void thrown() {
			ran("thrown");
		}

		@WriteLock(value = "a", timeout = "0", onFailure = OnFailure.SKIP)
		public void skipped() {
			ran("skipped");
		}

		@WriteLock(value = "a", timeout = "0", fallback = "insteadOfReplaced")
		public String replaced() {
			ran("replaced");
			return "done";
		}

		String insteadOfReplaced() {
			return "fallback";
		}

		@WriteLock(value = "#{#name}", timeout = "0")
		public void named(String name) {
			ran("named");
		}

		@WriteLock(value = "a", timeout = "0", condition = "#locked")
		public void conditional(Boolean locked) {
			ran("conditional");
		}

		@DistributedLock("a")
		public void distributed() {
			ran("distributed");
		}

		private void ran(String method) {
			List<LockHandle> held = Locks.held();
			this.runs.add(method + (held.isEmpty() ? " without" : " under " + held.get(0).resource()));
		}

	}

	/**
	 * Keeps locks in memory, wants to be asked for renewal often, and writes down what
	 * should not be.
	 */
	private static final class RecordingBackend implements LockBackend {

		private final MemoryLockBackend memory = new MemoryLockBackend();

		private final AtomicInteger renewals = new AtomicInteger();

		private final Map<String, Integer> renewalsByName = new ConcurrentHashMap<>();

		private final Set<Lease> renewing = ConcurrentHashMap.newKeySet();

		private final Set<Lease> released = ConcurrentHashMap.newKeySet();

		private final Queue<String> violations = new ConcurrentLinkedQueue<>();

		private volatile Runnable whenAsked = () -> {
		};

		private volatile Runnable whenRenewed = () -> {
		};

		AutoCloseable takenByAnotherProcess(String resource) {
			Lease lease = this.memory
				.tryAcquire(new LeaseRequest(resource, LockType.DISTRIBUTED, "another process", null, Instant.now()))
				.orElseThrow();
			return () -> this.memory.release(lease);
		}

		int renewalsOf(String resource) {
			return this.renewalsByName.getOrDefault(resource, 0);
		}

		@Override
		public Optional<Lease> tryAcquire(LeaseRequest request) {
			this.whenAsked.run();
			return this.memory.tryAcquire(request).map(ShortLease::new);
		}

		@Override
		public boolean renew(Lease lease) {
			if (this.released.contains(lease)) {
				this.violations.add("renewed after its release: " + lease);
			}
			this.renewing.add(lease);
			this.renewals.incrementAndGet();
			this.renewalsByName.merge(lease.resource(), 1, Integer::sum);
			this.whenRenewed.run();
			LockSupport.parkNanos(20_000);
			boolean held = this.memory.renew(((ShortLease) lease).lease());
			this.renewing.remove(lease);
			return held;
		}

		@Override
		public void release(Lease lease) {
			if (this.renewing.contains(lease)) {
				this.violations.add("released while it is renewed: " + lease);
			}
			if (!this.released.add(lease)) {
				this.violations.add("released twice: " + lease);
			}
			this.memory.release(((ShortLease) lease).lease());
		}

		@Override
		public Optional<LockHolder> inspect(String resource) {
			return this.memory.inspect(resource);
		}

	}

	/**
	 * A lease that is to be renewed at every opportunity.
	 *
	 * @param lease the lease in memory
	 */
	private record ShortLease(Lease lease) implements Lease {

		@Override
		public String resource() {
			return this.lease.resource();
		}

		@Override
		public long fencingToken() {
			return this.lease.fencingToken();
		}

		@Override
		public Duration renewalInterval() {
			return Duration.ofMillis(1);
		}

	}

}
