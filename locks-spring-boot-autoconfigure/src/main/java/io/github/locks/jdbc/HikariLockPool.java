package io.github.locks.jdbc;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import org.jspecify.annotations.Nullable;

/**
 * A small pool of HikariCP, with the settings of another one but for its size and its
 * patience. The only class that knows HikariCP, which an application need not have.
 */
final class HikariLockPool {

	/** One of them may listen. */
	private static final int MOST_CONNECTIONS = 5;

	private static final long SHORTEST_TIMEOUT_MILLIS = 250;

	private HikariLockPool() {
	}

	static LockPool like(DataSource original, Duration patience) {
		HikariConfig config = new HikariConfig();
		try {
			original.unwrap(HikariDataSource.class).copyStateTo(config);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
		config.setPoolName("locks");
		config.setMetricsTrackerFactory(null);
		config.setMetricRegistry(null);
		config.setHealthCheckRegistry(null);
		config.setRegisterMbeans(false);
		config.setMinimumIdle(0);
		config.setMaximumPoolSize(MOST_CONNECTIONS);
		config.setIdleTimeout(TimeUnit.SECONDS.toMillis(20));
		config.setKeepaliveTime(0);
		config.setLeakDetectionThreshold(0);
		config.setConnectionTimeout(Math.max(SHORTEST_TIMEOUT_MILLIS, patience.toMillis() / 2));
		config.setValidationTimeout(config.getConnectionTimeout());
		config.setInitializationFailTimeout(-1);
		config.setAutoCommit(true);
		config.setReadOnly(false);
		config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
		config.setConnectionInitSql(initSql(config, Math.max(1, patience.toMillis() / 2)));
		HikariDataSource pool = new HikariDataSource(config);
		return new LockPool(pool, pool::close);
	}

	/**
	 * A process that stands still in the middle of a transaction must not keep all others
	 * from the lock.
	 */
	private static @Nullable String initSql(HikariConfig config, long millis) {
		String given = config.getConnectionInitSql();
		String url = String.valueOf(config.getJdbcUrl());
		if (url.startsWith("jdbc:postgresql:")) {
			String own = "set idle_in_transaction_session_timeout = 3000; set lock_timeout = " + millis;
			return (given != null) ? given + "; " + own : own;
		}
		if (given == null && (url.startsWith("jdbc:mysql:") || url.startsWith("jdbc:mariadb:"))) {
			return "set session wait_timeout = 60, innodb_lock_wait_timeout = 1";
		}
		return given;
	}

}
