package io.github.locks.jdbc;

import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import com.zaxxer.hikari.HikariDataSource;
import io.github.locks.LockBackendException;
import io.github.locks.LockBackendUnavailableException;
import io.github.locks.LockHandle;
import io.github.locks.LockLostException;
import io.github.locks.spi.TcpProxy;
import io.github.locks.spi.TcpProxy.Mode;
import io.github.locks.support.DefaultLockManager;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What becomes of locks in a database when the network, the server or its users fail.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class DatabaseOutageTests {

	private static final Duration LEASE = Duration.ofSeconds(2);

	private static final int TRIALS = Integer.getInteger("locks.test.jdbc.trials", 2);

	private static final int TURNS = Integer.getInteger("locks.test.jdbc.turns", 200);

	private final List<AutoCloseable> opened = new ArrayList<>();

	private String prefix;

	private TcpProxy proxy;

	private HikariDataSource database;

	private HikariDataSource throughProxy;

	private JdbcTemplate jdbc;

	private DefaultLockManager here;

	private DefaultLockManager there;

	private void open(DatabaseServer server) throws Exception {
		this.database = opened(server.pool());
		this.prefix = Databases.tables(this.database);
		this.jdbc = new JdbcTemplate(this.database);
		String[] address = server.address().split(":");
		this.proxy = opened(new TcpProxy(address[0], Integer.parseInt(address[1])));
		this.throughProxy = opened(Databases.pool(server.url("localhost:" + this.proxy.port()), "test", "test"));
		this.here = manager(this.throughProxy);
		this.there = manager(this.database);
	}

	private DefaultLockManager manager(HikariDataSource dataSource) {
		return opened(DefaultLockManager.builder()
			.backend(() -> new JdbcLockBackend(dataSource, LEASE, this.prefix))
			.shutdownTimeout(Duration.ZERO)
			.build());
	}

	private <T extends AutoCloseable> T opened(T resource) {
		this.opened.add(resource);
		return resource;
	}

	@AfterEach
	void close() throws Exception {
		Collections.reverse(this.opened);
		for (AutoCloseable resource : this.opened) {
			resource.close();
		}
	}

	@ParameterizedTest
	@EnumSource
	void holderKnowsOfTheLossBeforeTheNextHasTheLock(DatabaseServer server) throws Exception {
		open(server);
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

	@ParameterizedTest
	@EnumSource
	void databaseThatIsAwayIsAskedUntilTheTimeoutIsOver(DatabaseServer server) throws Exception {
		open(server);
		this.here.distributedLock("a").close();
		for (Mode away : new Mode[] { Mode.REFUSE, Mode.DROP_ALL }) {
			this.proxy.mode(away);
			this.proxy.reset();
			long start = System.nanoTime();
			assertThatExceptionOfType(LockBackendUnavailableException.class)
				.isThrownBy(() -> this.here.distributedLock("a", Duration.ofSeconds(2)))
				.withMessageContaining("could not acquire the distributed lock on 'a'");
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofSeconds(2),
					Duration.ofSeconds(3));
		}
		this.proxy.mode(Mode.PASS);
		this.proxy.reset();
		long back = System.nanoTime();
		this.here.distributedLock("a", Duration.ofSeconds(10)).close();
		// The pool tries to connect every five seconds in the end.
		assertThat(Duration.ofNanos(System.nanoTime() - back)).isLessThan(Duration.ofSeconds(6));
	}

	@ParameterizedTest
	@EnumSource
	void oneAtATimeWhateverHappensToConnections(DatabaseServer server) throws Exception {
		open(server);
		AtomicBoolean inside = new AtomicBoolean();
		AtomicInteger overlaps = new AtomicInteger();
		List<Long> tokens = Collections.synchronizedList(new ArrayList<>());
		AtomicBoolean done = new AtomicBoolean();
		CompletableFuture<Void> resets = CompletableFuture.runAsync(() -> {
			for (int i = 0; !done.get(); i++) {
				// Now and then what was asked is done, but the answer is lost.
				this.proxy.mode((i % 4 == 3) ? Mode.DROP_ANSWERS : Mode.PASS);
				long start = System.nanoTime();
				Awaitility.await().until(() -> System.nanoTime() - start > TimeUnit.MILLISECONDS.toNanos(300));
				this.proxy.reset();
			}
		}, (task) -> new Thread(task).start());
		List<CompletableFuture<Void>> loops = new ArrayList<>();
		for (DefaultLockManager locks : List.of(this.here, this.there, this.here, this.there)) {
			loops.add(CompletableFuture.runAsync(() -> {
				for (int i = 0; i < TURNS; i++) {
					try (LockHandle held = locks.distributedLock("a", Duration.ofMinutes(1))) {
						if (!inside.compareAndSet(false, true)) {
							overlaps.incrementAndGet();
						}
						tokens.add(held.fencingToken());
						inside.set(false);
					}
				}
			}, (task) -> new Thread(task).start()));
		}
		loops.forEach(CompletableFuture::join);
		done.set(true);
		resets.join();
		assertThat(overlaps).hasValue(0);
		assertThat(tokens).hasSize(4 * TURNS).isSorted().doesNotHaveDuplicates();
		this.proxy.mode(Mode.PASS);
		this.there.distributedLock("a", LEASE.plusSeconds(1)).close();
	}

	@ParameterizedTest
	@EnumSource
	void whatTheApplicationDoesWithItsConnectionsIsNothingToTheLock(DatabaseServer server) throws Exception {
		open(server);
		TransactionTemplate serializable = new TransactionTemplate(new DataSourceTransactionManager(this.database));
		serializable.setIsolationLevel(TransactionDefinition.ISOLATION_SERIALIZABLE);
		LockHandle held = serializable.execute((transaction) -> {
			LockHandle handle = this.there.distributedLock("a");
			transaction.setRollbackOnly();
			return handle;
		});
		// No connection is left in the application's pool.
		try (Connection one = this.database.getConnection(); Connection other = this.database.getConnection()) {
			long start = System.nanoTime();
			Awaitility.await()
				.pollInterval(Duration.ofMillis(10))
				.failFast(held::isLost)
				.until(() -> System.nanoTime() - start > 3 * LEASE.toNanos());
			assertThat(one.isValid(1) && other.isValid(1)).isTrue();
		}
		held.assertHeld();
		held.close();
		this.here.distributedLock("a", Duration.ZERO).close();
	}

	@ParameterizedTest
	@EnumSource
	void locksThatSomebodyRemovesAreLostAndTokensRise(DatabaseServer server) throws Exception {
		open(server);
		LockHandle held = this.here.distributedLock("a");
		this.jdbc.execute("truncate table " + this.prefix + "LOCK");
		Awaitility.await().atMost(LEASE.dividedBy(3).plusMillis(500)).until(held::isLost);
		try (LockHandle next = this.there.distributedLock("a")) {
			assertThat(next.fencingToken()).isGreaterThan(held.fencingToken());
			this.jdbc.update("update " + this.prefix + "LOCK set holder_ends = 1");
			Awaitility.await().atMost(LEASE.dividedBy(3).plusMillis(500)).until(next::isLost);
		}
		held.close();
	}

	@ParameterizedTest
	@EnumSource
	void nothingIsRenewedAndNobodyHoldsAfterTheLastRelease(DatabaseServer server) throws Exception {
		open(server);
		for (int i = 0; i < 10 * TURNS; i++) {
			this.here.distributedLock("r" + i % 100).close();
		}
		String last = "select max(used_at) from " + this.prefix + "LOCK";
		Long before = this.jdbc.queryForObject(last, Long.class);
		long start = System.nanoTime();
		Awaitility.await().until(() -> System.nanoTime() - start > 2 * LEASE.toNanos());
		assertThat(this.jdbc.queryForObject(last, Long.class)).isEqualTo(before);
		assertThat(this.jdbc.queryForObject(
				"select count(*) from " + this.prefix + "LOCK where holder is not null or requests > 0", Integer.class))
			.isZero();
		assertThat(this.jdbc.queryForObject("select count(*) from " + this.prefix + "REQUEST", Integer.class)).isZero();
	}

	@ParameterizedTest
	@EnumSource
	void tableThatIsGoneIsNamed(DatabaseServer server) throws Exception {
		open(server);
		this.jdbc.execute("drop table " + this.prefix + "LOCK");
		long start = System.nanoTime();
		assertThatExceptionOfType(LockBackendException.class)
			.isThrownBy(() -> this.here.distributedLock("a", Duration.ofSeconds(20)))
			.isNotInstanceOf(LockBackendUnavailableException.class)
			.withMessageContaining("'a'")
			.withMessageMatching("(?is).*" + this.prefix + "LOCK.*locks\\.jdbc\\.initialize-schema.*");
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
	}

}
