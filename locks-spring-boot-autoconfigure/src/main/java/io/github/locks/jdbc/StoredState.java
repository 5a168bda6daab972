package io.github.locks.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.locks.jdbc.Request.Kind;
import org.jspecify.annotations.Nullable;

/**
 * The state of a lock, as it was read, with its row locked: what has changed is written.
 * A writer who holds the lock is in the row of the lock, all others have their own.
 *
 * @param state the state
 * @param lastToken the last token that was set aside, as it was read
 * @param crashed whether a writer crashed, as it was read
 * @param before the requests, as they were read
 */
record StoredState(LockState state, long lastToken, boolean crashed, Map<String, Request> before) {

	/**
	 * Locks and reads a lock.
	 * @return the state, or {@code null} if the lock has no row
	 */
	static @Nullable StoredState read(Connection connection, LockTables tables, String lock, int tokens)
			throws SQLException {
		try (PreparedStatement query = connection.prepareStatement(tables.readLock())) {
			query.setString(1, lock);
			try (ResultSet row = query.executeQuery()) {
				return row.next() ? read(connection, tables, lock, tokens, row) : null;
			}
		}
	}

	private static StoredState read(Connection connection, LockTables tables, String lock, int tokens, ResultSet row)
			throws SQLException {
		long now = row.getLong("time_now");
		long lastToken = row.getLong("last_token");
		boolean crashed = row.getInt("crashed") != 0;
		int others = row.getInt("requests");
		List<Request> requests = new ArrayList<>();
		String holder = row.getString("holder");
		if (holder != null) {
			requests.add(Request.holder(holder, row.getLong("holder_ends"), row.getLong("holder_token"),
					row.getInt("holder_told") != 0, row.getInt("holder_pending") != 0, text(row, "holder_shown")));
		}
		if (others > 0) {
			readOthers(connection, tables, lock, requests);
		}
		Map<String, Request> before = new HashMap<>();
		requests.forEach((request) -> before.put(request.id(), request));
		return new StoredState(new LockState(now, tokens, lastToken, crashed, requests), lastToken, crashed, before);
	}

	private static void readOthers(Connection connection, LockTables tables, String lock, List<Request> requests)
			throws SQLException {
		try (PreparedStatement query = connection.prepareStatement(tables.readRequests())) {
			query.setString(1, lock);
			try (ResultSet row = query.executeQuery()) {
				while (row.next()) {
					requests.add(new Request(row.getString("id"), Kind.valueOf(row.getString("kind")),
							row.getLong("place"), row.getLong("ends_at"), row.getLong("token"), row.getInt("told") != 0,
							row.getInt("pending") != 0, text(row, "channel"), text(row, "shown")));
				}
			}
		}
	}

	private static String text(ResultSet row, String column) throws SQLException {
		String text = row.getString(column);
		return (text != null) ? text : "";
	}

	/** Writes what has changed. */
	void write(Connection connection, LockTables tables, String lock) throws SQLException {
		Map<String, Request> after = this.state.requests();
		if (after.equals(this.before) && this.lastToken == this.state.lastToken()
				&& this.crashed == this.state.isCrashed()) {
			return;
		}
		for (Request request : this.before.values()) {
			if (!isInLockRow(request)
					&& (!after.containsKey(request.id()) || isInLockRow(after.getOrDefault(request.id(), request)))) {
				delete(connection, tables, lock, request.id());
			}
		}
		for (Request request : after.values()) {
			Request known = this.before.get(request.id());
			if (!isInLockRow(request) && !request.equals(known)) {
				String sql = (known != null && !isInLockRow(known)) ? tables.updateRequest() : tables.insertRequest();
				write(connection, sql, lock, request);
			}
		}
		writeLock(connection, tables, lock);
	}

	private static boolean isInLockRow(Request request) {
		return request.is(Kind.HOLDER) && request.isWriter();
	}

	private static void delete(Connection connection, LockTables tables, String lock, String id) throws SQLException {
		try (PreparedStatement delete = connection.prepareStatement(tables.deleteRequest())) {
			delete.setString(1, lock);
			delete.setString(2, id);
			delete.executeUpdate();
		}
	}

	private static void write(Connection connection, String sql, String lock, Request request) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(sql)) {
			statement.setString(1, request.kind().name());
			statement.setLong(2, request.place());
			statement.setLong(3, request.endsAt());
			statement.setLong(4, request.token());
			statement.setInt(5, number(request.told()));
			statement.setInt(6, number(request.pending()));
			statement.setString(7, request.channel());
			statement.setString(8, Statements.shorten(request.shown()));
			statement.setString(9, lock);
			statement.setString(10, request.id());
			statement.executeUpdate();
		}
	}

	private void writeLock(Connection connection, LockTables tables, String lock) throws SQLException {
		Request holder = this.state.requests()
			.values()
			.stream()
			.filter(StoredState::isInLockRow)
			.findFirst()
			.orElse(null);
		int others = this.state.requests().size() - ((holder != null) ? 1 : 0);
		try (PreparedStatement statement = connection.prepareStatement(tables.writeLock())) {
			statement.setLong(1, this.state.lastToken());
			statement.setInt(2, number(this.state.isCrashed()));
			statement.setInt(3, others);
			if (holder != null) {
				statement.setString(4, holder.id());
				statement.setString(9, Statements.shorten(holder.shown()));
			}
			else {
				statement.setNull(4, Types.VARCHAR);
				statement.setNull(9, Types.VARCHAR);
			}
			statement.setLong(5, (holder != null) ? holder.endsAt() : 0);
			statement.setLong(6, (holder != null) ? holder.token() : 0);
			statement.setInt(7, number(holder != null && holder.told()));
			statement.setInt(8, number(holder != null && holder.pending()));
			statement.setString(10, lock);
			statement.executeUpdate();
		}
	}

	private static int number(boolean value) {
		return value ? 1 : 0;
	}

}
