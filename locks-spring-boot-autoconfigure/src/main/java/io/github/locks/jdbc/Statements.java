package io.github.locks.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import io.github.locks.LockNames;
import io.github.locks.lease.LeaseStore.Grant;

/**
 * What is done with single statements.
 *
 * @param dialect the database
 * @param tables the statements
 */
record Statements(Dialect dialect, LockTables tables) {

	private static final int LONGEST_NAME = 255;

	/** What people are shown may be cut off; then they are shown nothing. */
	private static final int LONGEST_SHOWN = 4000;

	/** Takes a lock that nobody has, waits for, or has left behind in a crash. */
	Optional<Grant> take(Connection connection, String lock, String id, Duration lease, int tokens, String shown)
			throws SQLException {
		try (PreparedStatement take = connection.prepareStatement(this.tables.take())) {
			take.setString(1, id);
			take.setLong(2, micros(lease));
			take.setString(3, shorten(shown));
			take.setLong(4, tokens - 1L);
			take.setString(5, lock);
			if (this.dialect.canReturn()) {
				return tokens(take);
			}
			return (take.executeUpdate() == 1) ? tokensOf(connection, lock, id) : Optional.empty();
		}
	}

	private Optional<Grant> tokensOf(Connection connection, String lock, String id) throws SQLException {
		try (PreparedStatement query = connection.prepareStatement(this.tables.tokens())) {
			query.setString(1, lock);
			query.setString(2, id);
			return tokens(query);
		}
	}

	private static Optional<Grant> tokens(PreparedStatement query) throws SQLException {
		try (ResultSet result = query.executeQuery()) {
			return result.next() ? Optional.of(new Grant(result.getLong(1), result.getInt(2), false, false))
					: Optional.empty();
		}
	}

	boolean giveBack(Connection connection, String lock, String id) throws SQLException {
		try (PreparedStatement release = connection.prepareStatement(this.tables.giveBack())) {
			release.setString(1, lock);
			release.setString(2, id);
			return release.executeUpdate() == 1;
		}
	}

	/** Returns whether others wait, or nothing if the lease is over. */
	Optional<Boolean> prolong(Connection connection, String lock, String id, Duration lease) throws SQLException {
		try (PreparedStatement prolong = connection.prepareStatement(this.tables.prolong())) {
			prolong.setLong(1, micros(lease));
			prolong.setString(2, lock);
			prolong.setString(3, id);
			if (this.dialect.canReturn()) {
				return anyRequests(prolong);
			}
			if (prolong.executeUpdate() == 0) {
				return Optional.empty();
			}
		}
		try (PreparedStatement query = connection.prepareStatement(this.tables.requests())) {
			query.setString(1, lock);
			return anyRequests(query);
		}
	}

	private static Optional<Boolean> anyRequests(PreparedStatement query) throws SQLException {
		try (ResultSet result = query.executeQuery()) {
			return result.next() ? Optional.of(result.getInt(1) > 0) : Optional.empty();
		}
	}

	/** Whether a request stands in the queue, for some time to come, and in vain. */
	boolean isWaiting(Connection connection, String lock, String id, Duration left) throws SQLException {
		try (PreparedStatement peek = connection.prepareStatement(this.tables.peek())) {
			peek.setString(1, lock);
			peek.setString(2, id);
			peek.setLong(3, micros(left));
			try (ResultSet result = peek.executeQuery()) {
				return result.next();
			}
		}
	}

	/** Makes the row of a lock, unless somebody else does. */
	boolean insert(Connection connection, String lock, String resource) throws SQLException {
		try (PreparedStatement insert = connection.prepareStatement(this.tables.insertLock())) {
			String name = LockNames.escape(resource);
			insert.setString(1, lock);
			insert.setString(2, name.substring(0, Math.min(LONGEST_NAME, name.length())));
			return insert.executeUpdate() == 1;
		}
		catch (SQLException ex) {
			if (String.valueOf(ex.getSQLState()).startsWith("23")) {
				return false;
			}
			throw ex;
		}
	}

	List<String> unused(Connection connection, Duration time, int most) throws SQLException {
		List<String> locks = new ArrayList<>();
		try (PreparedStatement query = connection.prepareStatement(this.tables.unused())) {
			query.setLong(1, micros(time));
			query.setMaxRows(most);
			try (ResultSet result = query.executeQuery()) {
				while (result.next()) {
					locks.add(result.getString(1));
				}
			}
		}
		return locks;
	}

	static String shorten(String shown) {
		return shown.substring(0, Math.min(LONGEST_SHOWN, shown.length()));
	}

	static long micros(Duration duration) {
		return TimeUnit.NANOSECONDS.toMicros(duration.toNanos());
	}

}
