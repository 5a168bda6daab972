package io.github.locks.redis;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import io.github.locks.LockBackendException;
import io.github.locks.LockBackendUnavailableException;
import io.github.locks.LockException;
import io.github.locks.LockHandle;
import io.github.locks.LockLostException;
import io.github.locks.LockRequest;
import io.github.locks.LockScope;
import io.github.locks.LockType;
import io.github.locks.lease.LockKey;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.support.DefaultLockManager;
import io.github.locks.spi.TcpProxy;
import io.github.locks.spi.TcpProxy.Mode;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What becomes of locks in Redis when the network or the server fails.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class RedisOutageTests {

	private static final Duration LEASE = Duration.ofSeconds(2);

	private static final int TRIALS = Integer.getInteger("locks.test.redis.trials", 3);

	private static final int TURNS = Integer.getInteger("locks.test.redis.turns", 300);

	private final String prefix = "outage-" + UUID.randomUUID();

	private final List<DefaultLockManager> managers = new ArrayList<>();

	private final List<LettuceConnectionFactory> connections = new ArrayList<>();

	private TcpProxy proxy;

	private DefaultLockManager here;

	private DefaultLockManager there;

	private StringRedisTemplate redis;

	@BeforeEach
	void open() throws Exception {
		RedisStandaloneConfiguration server = RedisServer.address();
		this.proxy = new TcpProxy(server.getHostName(), server.getPort());
		this.here = manager(new RedisStandaloneConfiguration("localhost", this.proxy.port()));
		this.there = manager(server);
		this.redis = new StringRedisTemplate(this.connections.get(1));
	}

	private LettuceConnectionFactory factory(RedisStandaloneConfiguration server) {
		LettuceConnectionFactory factory = new LettuceConnectionFactory(server);
		factory.afterPropertiesSet();
		factory.start();
		this.connections.add(factory);
		return factory;
	}

	private DefaultLockManager manager(RedisStandaloneConfiguration server) {
		LettuceConnectionFactory factory = factory(server);
		DefaultLockManager manager = DefaultLockManager.builder()
			.backend(() -> new RedisLockBackend(factory, LEASE, this.prefix))
			.shutdownTimeout(Duration.ZERO)
			.build();
		this.managers.add(manager);
		return manager;
	}

	@AfterEach
	void close() throws Exception {
		this.managers.forEach(DefaultLockManager::close);
		this.connections.forEach(LettuceConnectionFactory::destroy);
		if (this.proxy != null) {
			this.proxy.close();
		}
	}

	@Test
	void holderKnowsOfTheLossBeforeTheNextHasTheLock() {
		for (int i = 0; i < TRIALS; i++) {
			LockHandle held = this.here.distributedLock("a", Duration.ofSeconds(10));
			this.proxy.mode(Mode.DROP_ALL);
			long start = System.nanoTime();
			try (LockHandle next = this.there.distributedLock("a", Duration.ofSeconds(20))) {
				assertThat(held.isHeld()).isFalse();
				assertThatExceptionOfType(LockLostException.class).isThrownBy(held::assertHeld);
				assertThat(next.fencingToken()).isGreaterThan(held.fencingToken());
				assertThat(next.previousHolderCrashed()).isTrue();
				assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LEASE.plusSeconds(1));
			}
			this.proxy.mode(Mode.PASS);
			this.proxy.reset();
			held.close();
		}
	}

	@Test
	void shortOutageLosesNothing() {
		try (LockHandle held = this.here.distributedLock("a")) {
			this.proxy.reset();
			long start = System.nanoTime();
			Awaitility.await()
				.pollInterval(Duration.ofMillis(10))
				.failFast(held::isLost)
				.until(() -> System.nanoTime() - start > 2 * LEASE.toNanos());
			held.assertHeld();
		}
	}

	@Test
	void serverThatIsAwayIsAskedUntilTheTimeoutIsOver() {
		this.here.distributedLock("a").close();
		this.proxy.mode(Mode.REFUSE);
		this.proxy.reset();
		assertThatExceptionOfType(LockBackendUnavailableException.class)
			.isThrownBy(() -> this.here.tryAcquire(LockRequest.distributed("a").build()));
		long start = System.nanoTime();
		assertThatExceptionOfType(LockBackendUnavailableException.class)
			.isThrownBy(() -> this.here.distributedLock("a", Duration.ofSeconds(1)))
			.withMessageContaining("'a'")
			.withMessageContaining("spring.data.redis");
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
		CompletableFuture<LockHandle> patient = this.here
			.acquireAsync(LockRequest.distributed("a").timeout(Duration.ofSeconds(30)).build());
		assertThat(patient).isNotDone();
		this.proxy.mode(Mode.PASS);
		long back = System.nanoTime();
		patient.join().close();
		assertThat(Duration.ofNanos(System.nanoTime() - back)).isLessThan(Duration.ofSeconds(2));
	}

	@Test
	void serverThatDoesNotAnswerIsNotWaitedForLongerThanTheTimeout() {
		this.here.distributedLock("a").close();
		this.proxy.mode(Mode.DROP_ALL);
		long start = System.nanoTime();
		assertThatExceptionOfType(LockBackendUnavailableException.class)
			.isThrownBy(() -> this.here.distributedLock("a", Duration.ofSeconds(1)));
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
	}

	@Test
	void grantWhoseAnswerIsLostIsTakenBack() {
		this.here.distributedLock("b").close();
		this.proxy.mode(Mode.DROP_ANSWERS);
		assertThatExceptionOfType(LockBackendException.class)
			.isThrownBy(() -> this.here.distributedLock("a", Duration.ofMillis(100)));
		this.proxy.mode(Mode.PASS);
		this.proxy.reset();
		this.there.distributedLock("a", LEASE.plusSeconds(1)).close();
	}

	@Test
	void readerKnowsOfTheLossBeforeTheNextWriterHasTheLock() {
		LockRequest write = LockRequest.write("a").scope(LockScope.DISTRIBUTED).build();
		LockRequest read = LockRequest.read("a").scope(LockScope.DISTRIBUTED).build();
		for (int i = 0; i < TRIALS; i++) {
			LockHandle writer = this.here.acquire(write);
			LockHandle reader = this.here.acquire(read);
			CompletableFuture<Boolean> heldByBoth = this.there.acquireAsync(write).thenApply((next) -> {
				boolean held = reader.isHeld();
				next.close();
				return held;
			});
			this.proxy.mode(Mode.DROP_ANSWERS);
			writer.close();
			assertThat(heldByBoth.join()).isFalse();
			this.proxy.mode(Mode.PASS);
			this.proxy.reset();
			reader.close();
		}
	}

	@Test
	@Timeout(60)
	void requestsWithoutPatienceFailAtOnceHoweverManyThereWere() {
		LettuceConnectionFactory factory = factory(new RedisStandaloneConfiguration("localhost", this.proxy.port()));
		try (RedisLockBackend backend = new RedisLockBackend(factory, Duration.ofMinutes(1), this.prefix)) {
			LeaseRequest request = new LeaseRequest("a", LockType.DISTRIBUTED, "o", null, Instant.now());
			backend.release(backend.tryAcquire(request).orElseThrow());
			this.proxy.mode(Mode.REFUSE);
			this.proxy.reset();
			for (int i = 0; i < 10_100; i++) {
				assertThatExceptionOfType(LockBackendUnavailableException.class)
					.isThrownBy(() -> backend.tryAcquire(request));
			}
		}
	}

	@Test
	@Timeout(60)
	void messagesAreHeardThoughTheFirstTryWasInVain() throws Exception {
		LettuceConnectionFactory factory = factory(new RedisStandaloneConfiguration("localhost", this.proxy.port()));
		try (RedisLeaseStore store = new RedisLeaseStore(factory, Duration.ofMinutes(1), this.prefix, "1")) {
			LockKey key = new LockKey("a", false);
			store.acquire(key, "w:1", Duration.ZERO, "").orElseThrow();
			this.proxy.mode(Mode.REFUSE);
			this.proxy.reset();
			List<String> heard = Collections.synchronizedList(new ArrayList<>());
			// How long the first call waits for the subscription is its own business.
			assertThatException().isThrownBy(() -> store.listen(heard::add));
			assertThat(store.isListening()).isFalse();
			this.proxy.mode(Mode.PASS);
			store.listen(heard::add);
			Awaitility.await().until(store::isListening);
			assertThat(store.acquire(key, "w:2", Duration.ofSeconds(1), "")).isEmpty();
			store.release(key, "w:1", Duration.ZERO);
			Awaitility.await().until(() -> !heard.isEmpty());
			assertThat(heard).containsExactly("w:2");
			store.release(key, "w:2", Duration.ZERO);
		}
	}

	@Test
	void flushIsALossAndTokensRise() {
		LockHandle held = this.here.distributedLock("a");
		removeKeys();
		long start = System.nanoTime();
		Awaitility.await().pollInterval(Duration.ofMillis(10)).until(held::isLost);
		assertThat(Duration.ofNanos(System.nanoTime() - start))
			.isLessThan(LEASE.dividedBy(3).plus(Duration.ofMillis(500)));
		held.close();
		try (LockHandle next = this.there.distributedLock("a")) {
			assertThat(next.fencingToken()).isGreaterThan(held.fencingToken());
		}
	}

	private void removeKeys() {
		this.redis.delete(keys());
	}

	private Set<String> keys() {
		return Collections.unmodifiableSet(this.redis.keys(this.prefix + ":*"));
	}

	@Test
	void scriptThatTheServerForgotIsSentAgain() {
		this.here.distributedLock("a").close();
		this.redis.execute((org.springframework.data.redis.core.RedisCallback<Void>) (connection) -> {
			connection.scriptingCommands().scriptFlush();
			return null;
		});
		this.here.distributedLock("a", Duration.ZERO).close();
	}

	@Test
	void keyThatIsSomethingElseIsATypedErrorAndStays() {
		String key = this.prefix + ":{a}:lock:holders";
		this.redis.opsForValue().set(key, "mine");
		assertThatExceptionOfType(LockBackendException.class).isThrownBy(() -> this.here.distributedLock("a"))
			.withMessageContaining("WRONGTYPE");
		assertThat(this.redis.opsForValue().get(key)).isEqualTo("mine");
	}

	@Test
	void nothingIsLeftButTokens() {
		for (int i = 0; i < 20; i++) {
			try (LockHandle held = this.here.distributedLock("a" + i)) {
				assertThat(this.there.tryAcquire(LockRequest.distributed("a" + i).build())).isEmpty();
				assertThatExceptionOfType(LockException.class)
					.isThrownBy(() -> this.there.distributedLock(held.resource(), Duration.ofMillis(20)));
			}
		}
		Awaitility.await()
			.untilAsserted(() -> assertThat(keys()).filteredOn((key) -> !key.endsWith("{pictures}"))
				.allMatch((key) -> key.endsWith(":token"))
				.hasSize(20));
	}

	@Test
	void connectionsThatBreakAllTheTimeLetNoTwoIn() throws Exception {
		AtomicBoolean over = new AtomicBoolean();
		List<Long> tokens = Collections.synchronizedList(new ArrayList<>());
		int[] inside = new int[1];
		Thread breaking = new Thread(() -> {
			while (!over.get()) {
				LockSupport.parkNanos(Duration.ofMillis(300).toNanos());
				this.proxy.reset();
			}
		});
		breaking.start();
		List<CompletableFuture<Integer>> loops = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			DefaultLockManager locks = (i % 2 == 0) ? this.here : this.there;
			loops.add(CompletableFuture.supplyAsync(() -> work(locks, tokens, inside),
					(task) -> new Thread(task).start()));
		}
		int turns = loops.stream().mapToInt(CompletableFuture::join).sum();
		over.set(true);
		breaking.join();
		assertThat(turns).isEqualTo(4 * TURNS);
		assertThat(inside[0]).as("no update is lost").isEqualTo(turns);
		assertThat(tokens).isSorted().doesNotHaveDuplicates();
	}

	private static int work(DefaultLockManager locks, List<Long> tokens, int[] inside) {
		int turns = 0;
		while (turns < TURNS) {
			try (LockHandle held = locks.distributedLock("a", Duration.ofSeconds(60))) {
				inside[0]++;
				tokens.add(held.fencingToken());
				turns++;
			}
		}
		return turns;
	}

}
