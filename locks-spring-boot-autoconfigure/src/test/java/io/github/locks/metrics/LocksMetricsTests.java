package io.github.locks.metrics;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.github.locks.LockType;
import io.github.locks.LockException;
import io.github.locks.LockHandle;
import io.github.locks.LockInterruptedException;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.memory.MemoryLockBackend;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.support.DeadlockPolicy;
import io.github.locks.support.DefaultLockManager;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link LocksMetrics}.
 */
@Timeout(60)
class LocksMetricsTests {

	private final MeterRegistry registry = new SimpleMeterRegistry();

	private final MemoryLockBackend backend = new MemoryLockBackend();

	private final DefaultLockManager locks = manager(new LocksMetrics(this.registry, "memory", 3));

	@AfterEach
	void close() {
		this.locks.close();
	}

	@Test
	void holdsAndWaitsAreTimedByTemplateAndKind() {
		request("orders:1", "orders:#{#id}").close();
		request("orders:2", "orders:#{#id}").close();
		this.locks.readLock("episodes").close();
		this.locks.distributedLock("file").close();
		assertThat(timer("locks.wait", "orders:#{#id}", "write", "local", "acquired").count()).isEqualTo(2);
		assertThat(timer("locks.hold", "orders:#{#id}", "write", "local", "released").count()).isEqualTo(2);
		assertThat(timer("locks.hold", "none", "read", "local", "released").count()).isEqualTo(1);
		assertThat(timer("locks.hold", "none", "distributed", "memory", "released").totalTime(TimeUnit.NANOSECONDS))
			.isPositive();
	}

	@Test
	void namesOfResourcesAreNoTags() {
		request("secret:1", "t").close();
		assertThat(this.registry.getMeters()).flatExtracting((meter) -> meter.getId().getTags())
			.extracting(Tag::getValue)
			.doesNotContain("secret:1");
		assertThat(this.registry.getMeters())
			.allSatisfy((meter) -> assertThat(meter.getId().getTags()).extracting(Tag::getKey)
				.contains("template", "kind", "backend"));
	}

	@Test
	void gaugesShowWhoHoldsAndWaitsNow() throws Exception {
		LockHandle held = request("a", "t");
		assertThat(gauge("locks.held", "t")).isEqualTo(1);
		CompletableFuture<LockHandle> waiting = this.locks.acquireAsync(LockRequest.write("a").template("t").build());
		assertThat(gauge("locks.waiting", "t")).isEqualTo(1);
		assertThat(this.locks.tryAcquire(LockRequest.write("a").owner(LockOwner.create("other")).template("t").build()))
			.isEmpty();
		assertThat(gauge("locks.waiting", "t")).isEqualTo(1);
		held.close();
		LockHandle second = waiting.get(10, TimeUnit.SECONDS);
		assertThat(gauge("locks.waiting", "t")).isZero();
		assertThat(gauge("locks.held", "t")).isEqualTo(1);
		CompletableFuture<LockHandle> cancelled = this.locks.acquireAsync(LockRequest.write("a").template("t").build());
		cancelled.cancel(true);
		second.close();
		assertThat(gauge("locks.waiting", "t")).isZero();
		assertThat(gauge("locks.held", "t")).isZero();
		assertThat(timer("locks.wait", "t", "write", "local", "cancelled").count()).isEqualTo(1);
	}

	@Test
	void failuresHaveAnOutcomeOfTheirOwn() {
		LockHandle held = request("a", "t");
		assertThatExceptionOfType(LockException.class).isThrownBy(() -> this.locks.acquire(LockRequest.write("a")
			.owner(LockOwner.create("other"))
			.template("t")
			.timeout(Duration.ofMillis(1))
			.build()));
		held.close();
		LockHandle read = this.locks.readLock("a");
		assertThatExceptionOfType(LockException.class).isThrownBy(() -> request("a", "t"));
		read.close();
		assertThat(timer("locks.wait", "t", "write", "local", "timeout").count()).isEqualTo(1);
		assertThat(timer("locks.wait", "t", "write", "local", "upgrade_refused").count()).isEqualTo(1);
		assertThat(gauge("locks.waiting", "t")).isZero();
	}

	@Test
	void interruptIsAnOutcome() throws Exception {
		try (LockHandle held = request("a", "t")) {
			Thread waiting = new Thread(() -> assertThatExceptionOfType(LockInterruptedException.class)
				.isThrownBy(() -> request("a", "t")));
			waiting.start();
			Awaitility.await().until(() -> gauge("locks.waiting", "t") == 1);
			waiting.interrupt();
			waiting.join(TimeUnit.SECONDS.toMillis(10));
			assertThat(held.isHeld()).isTrue();
		}
		assertThat(timer("locks.wait", "t", "write", "local", "interrupted").count()).isEqualTo(1);
		assertThat(gauge("locks.waiting", "t")).isZero();
	}

	@Test
	void failureOfTheBackendIsAnOutcome() {
		try (DefaultLockManager broken = DefaultLockManager.builder().backend(() -> {
			throw new IllegalStateException("no connection");
		}).listener(new LocksMetrics(this.registry, "broken")).build()) {
			LockRequest request = LockRequest.distributed("a").template("t").build();
			assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> broken.acquire(request));
			assertThat(broken.acquireAsync(request)).failsWithin(Duration.ofSeconds(10));
		}
		assertThat(timer("locks.wait", "t", "distributed", "broken", "failed").count()).isEqualTo(2);
		assertThat(this.registry.get("locks.waiting").tags("template", "t", "kind", "distributed").gauge().value())
			.isZero();
	}

	@Test
	void busyIsAnotherOutcomeThanTimeout() {
		try (LockHandle held = request("a", "t"); MemoryHolder other = new MemoryHolder(this.backend, "d")) {
			LockRequest.Builder local = LockRequest.write("a").owner(LockOwner.create("other")).template("t");
			LockRequest.Builder distributed = LockRequest.distributed("d").template("d");
			assertThat(this.locks.tryAcquire(local.build())).isEmpty();
			assertThat(this.locks.tryAcquire(distributed.build())).isEmpty();
			for (Duration timeout : List.of(Duration.ZERO, Duration.ofNanos(1))) {
				for (LockRequest.Builder request : List.of(local, distributed)) {
					LockRequest built = request.timeout(timeout).build();
					assertThatExceptionOfType(LockException.class).isThrownBy(() -> this.locks.acquire(built));
					assertThat(this.locks.acquireAsync(built)).failsWithin(Duration.ofSeconds(10));
				}
			}
		}
		for (String[] tags : new String[][] { { "t", "write", "local" }, { "d", "distributed", "memory" } }) {
			assertThat(timer("locks.wait", tags[0], tags[1], tags[2], "busy").count()).isEqualTo(3);
			assertThat(timer("locks.wait", tags[0], tags[1], tags[2], "timeout").count()).isEqualTo(2);
		}
		assertThat(gauge("locks.waiting", "t")).isZero();
		assertThat(this.locks.getStatistics("a").get(0).locks().get("write").totalTimeouts()).isEqualTo(5);
	}

	@Test
	void deadlockIsAnOutcome() {
		LockOwner one = LockOwner.create("one");
		LockOwner two = LockOwner.create("two");
		this.locks.acquire(LockRequest.write("a").owner(one).build());
		this.locks.acquire(LockRequest.write("b").owner(two).build());
		this.locks.acquireAsync(LockRequest.write("b").owner(one).template("t").build());
		this.locks.acquireAsync(LockRequest.write("a").owner(two).template("t").build());
		Awaitility.await()
			.untilAsserted(
					() -> assertThat(timer("locks.wait", "t", "write", "local", "deadlock").count()).isEqualTo(1));
	}

	@Test
	void lossIsAnOutcome() {
		LockHandle held = this.locks.distributedLock("a");
		this.backend.lose("a");
		Awaitility.await().until(held::isLost);
		held.close();
		Awaitility.await()
			.untilAsserted(() -> assertThat(timer("locks.hold", "none", "distributed", "memory", "lost").count())
				.isEqualTo(1));
		assertThat(this.registry.get("locks.held").tag("kind", "distributed").gauge().value()).isZero();
	}

	@Test
	void manyTemplatesCountAsOther() throws Exception {
		List<LockHandle> held = IntStream.range(0, 10).mapToObj((i) -> request("r" + i, "t" + i)).toList();
		this.locks.writeLock("b").close();
		assertThat(templates()).containsExactlyInAnyOrder("t0", "t1", "t2", "other", "none");
		assertThat(gauge("locks.held", "other")).isEqualTo(7);
		held.forEach(LockHandle::close);
		assertThat(gauge("locks.held", "other")).isZero();
		ExecutorService pool = Executors.newFixedThreadPool(4);
		List<? extends Future<?>> all = IntStream.range(0, 4)
			.mapToObj((i) -> pool.submit(() -> request("x" + i, "u" + i).close()))
			.toList();
		for (Future<?> one : all) {
			one.get(10, TimeUnit.SECONDS);
		}
		pool.shutdownNow();
		assertThat(templates()).hasSize(5);
	}

	@Test
	void everyRegistryOfACompositeHasTheMeters() {
		SimpleMeterRegistry first = new SimpleMeterRegistry();
		SimpleMeterRegistry second = new SimpleMeterRegistry();
		CompositeMeterRegistry composite = new CompositeMeterRegistry();
		composite.add(first);
		try (DefaultLockManager manager = manager(new LocksMetrics(composite, "memory"))) {
			manager.writeLock("a").close();
			composite.add(second);
			manager.writeLock("a").close();
		}
		assertThat(first.get("locks.hold").timer().count()).isEqualTo(2);
		assertThat(second.get("locks.hold").timer().count()).isEqualTo(1);
	}

	private DefaultLockManager manager(LocksMetrics metrics) {
		return DefaultLockManager.builder()
			.backend(() -> this.backend)
			.deadlockPolicy(DeadlockPolicy.BREAK)
			.shutdownTimeout(Duration.ZERO)
			.listener(metrics)
			.build();
	}

	private LockHandle request(String resource, String template) {
		return this.locks.acquire(LockRequest.write(resource).template(template).build());
	}

	private List<String> templates() {
		return this.registry.getMeters()
			.stream()
			.map(Meter::getId)
			.map((id) -> id.getTag("template"))
			.distinct()
			.toList();
	}

	private Timer timer(String name, String template, String kind, String backend, String outcome) {
		return this.registry.get(name)
			.tags("template", template, "kind", kind, "backend", backend, "outcome", outcome)
			.timer();
	}

	private double gauge(String name, String template) {
		Gauge gauge = this.registry.get(name).tags("template", template, "kind", "write").gauge();
		return gauge.value();
	}

	/** Somebody in another process. */
	private static final class MemoryHolder implements AutoCloseable {

		private final MemoryLockBackend backend;

		private final Lease lease;

		MemoryHolder(MemoryLockBackend backend, String resource) {
			this.backend = backend;
			this.lease = backend
				.tryAcquire(new LeaseRequest(resource, LockType.DISTRIBUTED, "other", null, Instant.now()))
				.orElseThrow();
		}

		@Override
		public void close() {
			this.backend.release(this.lease);
		}

	}

}
