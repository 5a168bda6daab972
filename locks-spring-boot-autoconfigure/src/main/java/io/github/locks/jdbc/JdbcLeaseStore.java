package io.github.locks.jdbc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

import javax.sql.DataSource;

import io.github.locks.LockBackendException;
import io.github.locks.LockType;
import io.github.locks.lease.LeaseStore;
import io.github.locks.lease.LockKey;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.datasource.init.ScriptException;

/**
 * Keeps leases in tables. A lock is a row, which is locked while anything about the lock
 * is changed. A writer that nobody waits for is in that row alone, so that it comes and
 * goes with one statement each; readers and those who wait have rows of their own.
 */
final class JdbcLeaseStore implements LeaseStore {

	private static final Log logger = LogFactory.getLog(JdbcLeaseStore.class);

	private static final Duration LONGEST_ANSWER = Duration.ofSeconds(1);

	private static final int ANSWERS_IN_A_LEASE = 6;

	/** At most 20 questions a second. */
	private static final Duration POLL_PAUSE = Duration.ofMillis(80);

	private final LockPool pool;

	private final LockConnections connections;

	private final PostgresMessages messages;

	private final Duration lease;

	private final String prefix;

	private final LockPurge purge;

	private volatile @Nullable Statements statements;

	JdbcLeaseStore(DataSource dataSource, Duration lease, String prefix, String process) {
		Duration patience = patience(lease);
		this.pool = LockPool.of(dataSource, patience);
		this.connections = new LockConnections(this.pool.dataSource(), patience);
		this.messages = new PostgresMessages(this.pool.dataSource(), "locks_" + process);
		this.lease = lease;
		this.prefix = prefix;
		this.purge = new LockPurge(this);
	}

	/** How long to wait for an answer, so that there is time for another try. */
	private static Duration patience(Duration lease) {
		Duration answer = lease.dividedBy(ANSWERS_IN_A_LEASE);
		return (answer.compareTo(LONGEST_ANSWER) < 0) ? answer : LONGEST_ANSWER;
	}

	private Statements statements() {
		Statements known = this.statements;
		if (known == null) {
			Dialect dialect = this.connections.dialect();
			known = new Statements(dialect, new LockTables(dialect, this.prefix));
			this.statements = known;
		}
		return known;
	}

	/** The name of the lock in the tables, whatever the characters of the resource. */
	private static String id(LockKey key) {
		return LockKey.hash((key.readWrite() ? "readwrite:" : "lock:") + key.resource());
	}

	/** A process hands only its distributed lock on. */
	private static int tokens(LockKey key) {
		return key.readWrite() ? 1 : TOKENS;
	}

	@Override
	public Optional<Grant> acquire(LockKey key, String id, Duration patience, String shown) {
		this.purge.soon();
		Optional<Grant> taken = Optional.empty();
		if (Request.isWriter(id) && patience.isZero()) {
			taken = this.connections
				.run((connection) -> statements().take(connection, id(key), id, this.lease, tokens(key), shown));
		}
		else if (!patience.isZero() && this.connections
			.run((connection) -> statements().isWaiting(connection, id(key), id, patience.dividedBy(2)))) {
			return Optional.empty();
		}
		return taken
			.or(() -> change(key, (state) -> state.acquire(id, this.lease, patience, this.messages.channel(), shown)));
	}

	@Override
	public Optional<Boolean> renew(LockKey key, String id) {
		if (Request.isWriter(id)) {
			return this.connections.run((connection) -> statements().prolong(connection, id(key), id, this.lease));
		}
		return change(key,
				(state) -> state.renew(id, this.lease) ? Optional.of(state.isContended()) : Optional.empty());
	}

	@Override
	public void release(LockKey key, String id, Duration late) {
		if (late.isZero() && Request.isWriter(id)
				&& this.connections.run((connection) -> statements().giveBack(connection, id(key), id))) {
			return;
		}
		change(key, (state) -> {
			state.release(id, late);
			return true;
		});
	}

	@Override
	public Optional<Grant> downgrade(LockKey key, String id, String reader, String shown) {
		return change(key, (state) -> state.downgrade(id, reader, shown));
	}

	/** Changes what is known of a lock, while nobody else does. */
	private <T> T change(LockKey key, Function<LockState, T> change) {
		String lock = id(key);
		while (true) {
			Optional<T> result = this.connections
				.inTransaction((connection) -> change(connection, lock, tokens(key), change));
			if (result.isPresent()) {
				return result.get();
			}
			this.connections.run((connection) -> statements().insert(connection, lock, key.resource()));
		}
	}

	/** Returns nothing if the lock has no row. */
	private <T> Optional<T> change(Connection connection, String lock, int tokens, Function<LockState, T> change)
			throws SQLException {
		StoredState stored = StoredState.read(connection, statements().tables(), lock, tokens);
		if (stored == null) {
			return Optional.empty();
		}
		stored.state().forgetExpired();
		T result = change.apply(stored.state());
		stored.write(connection, statements().tables(), lock);
		if (statements().dialect() == Dialect.POSTGRESQL) {
			for (Request granted : stored.state().granted()) {
				PostgresMessages.tell(connection, granted.channel(), granted.id());
			}
		}
		return Optional.of(result);
	}

	@Override
	public boolean isContended(LockKey key) {
		return this.connections.run((connection) -> {
			try (PreparedStatement count = connection.prepareStatement(statements().tables().countWaiters())) {
				count.setString(1, id(key));
				try (ResultSet result = count.executeQuery()) {
					return result.next() && result.getInt(1) > 0;
				}
			}
		});
	}

	@Override
	public Optional<String> inspect(LockKey key) {
		return this.connections.run((connection) -> {
			Optional<String> writer = text(connection, statements().tables().holder(), id(key));
			return writer.isPresent() ? writer : text(connection, statements().tables().reader(), id(key));
		});
	}

	private static Optional<String> text(Connection connection, String query, String key) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(query)) {
			statement.setString(1, key);
			try (ResultSet result = statement.executeQuery()) {
				return result.next() ? Optional.ofNullable(result.getString(1)) : Optional.empty();
			}
		}
	}

	@Override
	public void listen(Consumer<String> told) {
		if (this.connections.dialect() == Dialect.POSTGRESQL) {
			this.messages.listen(told);
		}
	}

	@Override
	public boolean isListening() {
		return this.messages.isListening();
	}

	@Override
	public Duration pollPause() {
		return POLL_PAUSE;
	}

	@Override
	public void show(String id, String text, Duration time) {
		this.connections.run((connection) -> {
			LockTables tables = statements().tables();
			if (picture(connection, tables.updatePicture(), id, text, time) == 0) {
				picture(connection, tables.insertPicture(), id, text, time);
				execute(connection, tables.deleteOldPictures());
			}
			return true;
		});
	}

	private static int picture(Connection connection, String sql, String id, String text, Duration time)
			throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(sql)) {
			statement.setLong(1, TimeUnit.NANOSECONDS.toMicros(time.toNanos()));
			statement.setString(2, text);
			statement.setString(3, id);
			return statement.executeUpdate();
		}
	}

	@Override
	public void hide(String id) {
		this.connections.run((connection) -> execute(connection, statements().tables().deletePicture(), id));
	}

	@Override
	public List<String> shown() {
		return this.connections.run((connection) -> {
			List<String> texts = new ArrayList<>();
			try (PreparedStatement statement = connection.prepareStatement(statements().tables().pictures());
					ResultSet result = statement.executeQuery()) {
				while (result.next()) {
					texts.add(result.getString(1));
				}
			}
			return texts;
		});
	}

	private static int execute(Connection connection, String sql, String... parameters) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(sql)) {
			for (int i = 0; i < parameters.length; i++) {
				statement.setString(i + 1, parameters[i]);
			}
			return statement.executeUpdate();
		}
	}

	/** Removes the rows of locks that have not been used for long. */
	void purge() {
		List<String> unused = this.connections
			.run((connection) -> statements().unused(connection, TOKEN, LockPurge.MOST_LOCKS));
		for (String lock : unused) {
			this.connections.inTransaction((connection) -> {
				StoredState stored = StoredState.read(connection, statements().tables(), lock, 1);
				if (stored != null) {
					stored.state().forgetExpired();
					stored.write(connection, statements().tables(), lock);
					if (stored.state().requests().isEmpty()) {
						execute(connection, statements().tables().deleteLock(), lock);
					}
				}
				return true;
			});
		}
	}

	/**
	 * Fails if the tables cannot be used.
	 * @throws RuntimeException what {@link #failure} explains
	 */
	void check() {
		this.connections.run((connection) -> {
			for (String query : statements().tables().checks()) {
				try (PreparedStatement statement = connection.prepareStatement(query)) {
					statement.executeQuery().close();
				}
			}
			return true;
		});
	}

	/** Creates the tables that are not there. Others may do that at the same time. */
	void createTables() {
		String script = schema().replace("@@prefix@@", this.prefix);
		ResourceDatabasePopulator populator = new ResourceDatabasePopulator(
				new ByteArrayResource(script.getBytes(StandardCharsets.UTF_8)));
		try {
			populate(populator);
		}
		catch (ScriptException ex) {
			logger.debug("Tables are created once more, as somebody else may have been faster", ex);
			populate(populator);
		}
	}

	private void populate(ResourceDatabasePopulator populator) {
		this.connections.run((connection) -> {
			populator.populate(connection);
			return true;
		});
	}

	private String schema() {
		try {
			return new ClassPathResource(this.connections.dialect().schema(), JdbcLeaseStore.class)
				.getContentAsString(StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public LockBackendException failure(String operation, String resource, LockType type, RuntimeException cause) {
		return SqlFailures.explain(operation, resource, type, cause);
	}

	@Override
	public void close() {
		this.purge.close();
		this.messages.close();
		this.pool.close();
	}

}
