package io.github.locks.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import javax.sql.DataSource;

import io.github.locks.lease.Uninterrupted;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Runs statements on connections of their own, never in a transaction of the application:
 * its end would be the end of the lock. Safe for use by several threads.
 */
final class LockConnections {

	private static final Log logger = LogFactory.getLog(LockConnections.class);

	private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

	/** Deadlocks, conflicts and waits for a row that took too long: all was undone. */
	private static final Set<String> CONFLICTS = Set.of("40001", "40P01", "55P03", "HYT00");

	/** The same, as MySQL and MariaDB number them. */
	private static final Set<Integer> CONFLICT_CODES = Set.of(1205, 1213, 1020);

	private final DataSource dataSource;

	private final Duration patience;

	private volatile @Nullable Dialect dialect;

	/**
	 * Creates it.
	 * @param patience how long to wait for an answer of the database
	 */
	LockConnections(DataSource dataSource, Duration patience) {
		this.dataSource = dataSource;
		this.patience = patience;
	}

	/** Which kind of database it is; asked once. */
	Dialect dialect() {
		Dialect known = this.dialect;
		if (known == null) {
			known = once(Dialect::of);
			this.dialect = known;
		}
		return known;
	}

	/** Runs statements, each of which is a transaction. */
	<T> T run(Work<T> work) {
		return retry(work);
	}

	/** Runs statements in one transaction, again if it was in conflict with another. */
	<T> T inTransaction(Work<T> work) {
		return retry((connection) -> {
			connection.setAutoCommit(false);
			boolean committed = false;
			try {
				T result = work.run(connection);
				connection.commit();
				committed = true;
				return result;
			}
			finally {
				end(connection, committed);
			}
		});
	}

	/** A connection that is broken has nothing to be undone. */
	private static void end(Connection connection, boolean committed) {
		try {
			if (!committed) {
				connection.rollback();
			}
			connection.setAutoCommit(true);
		}
		catch (SQLException ex) {
			logger.debug("A transaction was not ended cleanly", ex);
		}
	}

	private <T> T retry(Work<T> work) {
		long start = System.nanoTime();
		while (true) {
			try {
				return once(work);
			}
			catch (SqlFailureException ex) {
				if (!isConflict(ex.cause()) || System.nanoTime() - start >= this.patience.toNanos()) {
					throw ex;
				}
				LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(LONGEST_PAUSE_NANOS));
			}
		}
	}

	private static boolean isConflict(SQLException failure) {
		return CONFLICTS.contains(String.valueOf(failure.getSQLState()))
				|| CONFLICT_CODES.contains(failure.getErrorCode());
	}

	private <T> T once(Work<T> work) {
		return Uninterrupted.call(() -> {
			try (Connection connection = open()) {
				connection.setNetworkTimeout(Runnable::run, (int) this.patience.toMillis());
				return work.run(connection);
			}
			catch (SQLException ex) {
				throw new SqlFailureException(ex);
			}
		});
	}

	/** Of a pool that was not made for the locks it is not known what it gives. */
	private Connection open() throws SQLException {
		Connection connection = this.dataSource.getConnection();
		boolean usable = false;
		try {
			if (!connection.getAutoCommit()) {
				connection.setAutoCommit(true);
			}
			usable = true;
			return connection;
		}
		finally {
			if (!usable) {
				connection.close();
			}
		}
	}

	/**
	 * What is done with a connection.
	 *
	 * @param <T> what it returns
	 */
	interface Work<T> {

		T run(Connection connection) throws SQLException;

	}

	/**
	 * The database, or the way to it, has failed.
	 */
	static final class SqlFailureException extends RuntimeException {

		private final transient SQLException failure;

		SqlFailureException(SQLException cause) {
			super(cause);
			this.failure = cause;
		}

		SQLException cause() {
			return this.failure;
		}

	}

}
