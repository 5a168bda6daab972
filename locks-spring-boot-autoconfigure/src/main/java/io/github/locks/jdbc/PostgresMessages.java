package io.github.locks.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import javax.sql.DataSource;

import io.github.locks.spi.LockThreadFactory;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Hears who in this process was given a lock by who gave it back, by {@code NOTIFY} of
 * PostgreSQL. One connection and one thread, from the first wait on. Messages are hints:
 * if there is no connection, they are missed.
 */
final class PostgresMessages implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(PostgresMessages.class);

	/** How long a connection that is dead may stay unnoticed. */
	private static final int LISTEN_MILLIS = (int) Duration.ofSeconds(2).toMillis();

	private static final long RECOVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

	private final DataSource dataSource;

	private final String channel;

	private volatile boolean listening;

	private volatile boolean closed;

	private volatile @Nullable Thread thread;

	PostgresMessages(DataSource dataSource, String channel) {
		this.dataSource = dataSource;
		this.channel = channel;
	}

	String channel() {
		return this.channel;
	}

	boolean isListening() {
		return this.listening;
	}

	/** Tells a process, once the transaction is committed. */
	static void tell(Connection connection, String whom, String id) throws SQLException {
		try (PreparedStatement notify = connection.prepareStatement("select pg_notify(?, ?)")) {
			notify.setString(1, whom);
			notify.setString(2, id);
			notify.execute();
		}
	}

	void listen(Consumer<String> told) {
		Thread started = new LockThreadFactory("jdbc-messages").newThread(() -> {
			while (!this.closed) {
				listenOnce(told);
				LockSupport.parkNanos(this, RECOVERY_NANOS);
			}
		});
		this.thread = started;
		started.start();
	}

	private void listenOnce(Consumer<String> told) {
		try (Connection connection = this.dataSource.getConnection();
				Statement statement = connection.createStatement()) {
			connection.setNetworkTimeout(Runnable::run, LISTEN_MILLIS);
			statement.execute("listen " + this.channel);
			PGConnection postgres = connection.unwrap(PGConnection.class);
			this.listening = true;
			while (!this.closed) {
				for (PGNotification message : postgres.getNotifications(LISTEN_MILLIS / 2)) {
					told.accept(message.getParameter());
				}
				// A dead connection stays silent.
				statement.execute("select 1");
			}
			statement.execute("unlisten *");
		}
		catch (SQLException | RuntimeException ex) {
			logger.debug("The database tells nothing; who waits asks again and again", ex);
		}
		finally {
			this.listening = false;
		}
	}

	@Override
	public void close() {
		this.closed = true;
		Thread running = this.thread;
		if (running != null) {
			LockSupport.unpark(running);
		}
	}

}
