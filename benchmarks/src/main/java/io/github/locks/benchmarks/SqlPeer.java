package io.github.locks.benchmarks;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import com.zaxxer.hikari.HikariDataSource;
import io.github.locks.jdbc.JdbcLockBackend;
import io.github.locks.support.DefaultLockManager;
import io.github.locks.support.DefaultLockManagerBuilder;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.provider.jdbctemplate.JdbcTemplateLockProvider;

import org.springframework.core.io.ClassPathResource;
import org.springframework.integration.jdbc.lock.DefaultLockRepository;
import org.springframework.integration.jdbc.lock.JdbcLockRegistry;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.support.JdbcTransactionManager;

/**
 * Who keeps locks in PostgreSQL: ours, and others. All have a pool of ten connections, as
 * it comes.
 */
enum SqlPeer {

	/** One round trip. */
	SELECT("select 1", SqlPeer::select),

	/** Not a lease: whoever waits, and whoever holds, keeps a connection. */
	ADVISORY("pg_advisory_lock", SqlPeer::advisory),

	/** Asks every 100 ms. */
	REGISTRY("Spring Integration", (pool) -> registry(pool, Duration.ofMillis(100))),

	/** At its best. */
	REGISTRY_TUNED("Spring Integration, asks every 10 ms", (pool) -> registry(pool, Duration.ofMillis(10))),

	/** Does not wait; asked again every 10 ms. */
	SHEDLOCK("ShedLock", SqlPeer::shedLock),

	/** As users have it. */
	OURS("LockManager", (pool) -> ours(pool, UnaryOperator.identity())),

	/** Each turn goes to the process that is next in the queue. */
	OURS_NO_HAND_OVER("LockManager, local-handovers: 0",
			(pool) -> ours(pool, (builder) -> builder.localHandOver(0, Duration.ZERO)));

	private static final long PATIENCE_MILLIS = 30_000;

	private static final String SHEDLOCK_TABLE = "create table if not exists shedlock (name varchar(64) primary key,"
			+ " lock_until timestamp not null, locked_at timestamp not null, locked_by varchar(255) not null)";

	private final String label;

	private final Function<HikariDataSource, RemoteLocks> factory;

	SqlPeer(String label, Function<HikariDataSource, RemoteLocks> factory) {
		this.label = label;
		this.factory = factory;
	}

	/**
	 * Opens a pool of connections.
	 * @param url the JDBC URL
	 */
	RemoteLocks create(String url) {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl(url);
		RemoteLocks locks = this.factory.apply(pool);
		return new RedisPeer.Opened(locks, () -> {
			locks.close();
			pool.close();
		});
	}

	/** Creates the tables of all. */
	static void createTables(String url) {
		try (HikariDataSource pool = new HikariDataSource()) {
			pool.setJdbcUrl(url);
			pool.setInitializationFailTimeout(PATIENCE_MILLIS);
			JdbcTemplate jdbc = new JdbcTemplate(pool);
			jdbc.execute(SHEDLOCK_TABLE);
			ResourceDatabasePopulator integration = new ResourceDatabasePopulator(
					new ClassPathResource("org/springframework/integration/jdbc/schema-postgresql.sql"));
			integration.setContinueOnError(true);
			integration.execute(pool);
			try (JdbcLockBackend backend = backend(pool)) {
				backend.createTables();
			}
		}
	}

	@Override
	public String toString() {
		return this.label;
	}

	private static RemoteLocks select(HikariDataSource pool) {
		return (name) -> {
			try (Connection connection = pool.getConnection()) {
				query(connection, "select length(?)", name);
			}
			return () -> {
			};
		};
	}

	private static RemoteLocks advisory(HikariDataSource pool) {
		return (name) -> {
			Connection connection = pool.getConnection();
			query(connection, "select pg_advisory_lock(hashtext(?))", name);
			return () -> {
				query(connection, "select pg_advisory_unlock(hashtext(?))", name);
				connection.close();
			};
		};
	}

	private static void query(Connection connection, String sql, String name) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(sql)) {
			statement.setString(1, name);
			try (ResultSet result = statement.executeQuery()) {
				result.next();
			}
		}
	}

	/** As its manual says for PostgreSQL: with an insert that does not fail. */
	private static RemoteLocks registry(HikariDataSource pool, Duration pause) {
		DefaultLockRepository repository = new DefaultLockRepository(pool);
		repository.setTransactionManager(new JdbcTransactionManager(pool));
		repository.setInsertQuery(repository.getInsertQuery() + " ON CONFLICT DO NOTHING");
		repository.afterPropertiesSet();
		repository.afterSingletonsInstantiated();
		repository.start();
		JdbcLockRegistry registry = new JdbcLockRegistry(repository);
		registry.setIdleBetweenTries(pause);
		registry.setCacheCapacity(RedisPeer.LOCKS_IN_USE);
		return new RedisPeer.Opened((name) -> RedisPeer.locked(registry.obtain(name)), repository::close);
	}

	private static RemoteLocks shedLock(HikariDataSource pool) {
		LockProvider provider = new JdbcTemplateLockProvider(JdbcTemplateLockProvider.Configuration.builder()
			.withJdbcTemplate(new JdbcTemplate(pool))
			.usingDbTime()
			.build());
		return (name) -> RedisPeer.locked(provider, name);
	}

	private static RemoteLocks ours(HikariDataSource pool, UnaryOperator<DefaultLockManagerBuilder> settings) {
		DefaultLockManager locks = settings.apply(DefaultLockManager.builder().backend(() -> backend(pool))).build();
		return new RedisPeer.Opened((name) -> locks.distributedLock(name)::close, locks::close);
	}

	private static JdbcLockBackend backend(HikariDataSource pool) {
		return new JdbcLockBackend(pool, Duration.ofSeconds(30), "LOCKS_");
	}

}
