package io.github.locks.jdbc;

import java.time.Duration;

import javax.sql.DataSource;

import io.github.locks.LockBackendException;
import io.github.locks.LockBackendUnavailableException;
import io.github.locks.LockNames;
import io.github.locks.LockType;
import io.github.locks.lease.LeaseBackend;

/**
 * Locks across processes and machines, in tables of PostgreSQL, MySQL, MariaDB or H2, as
 * leases.
 * <p>
 * Who waits has a place in a queue in the database; whoever gives the lock back hands it
 * to the first in the queue in the same transaction. PostgreSQL tells its process by
 * {@code NOTIFY}; of other databases it asks up to 20 times a second. Who does not come
 * for a lock that it was given loses it after three seconds. Safe for use by several
 * threads.
 */
public final class JdbcLockBackend extends LeaseBackend {

	private final JdbcLeaseStore store;

	private final String prefix;

	/**
	 * Creates a backend. Nothing is asked of the database until the first lock is.
	 * @param dataSource the connections; not closed with the backend. Of HikariCP a small
	 * pool of the same kind is made, as a lock that waits for a connection of somebody
	 * who waits for the lock would wait for ever. Others are to give connections with the
	 * isolation {@code READ COMMITTED}
	 * @param lease how long a lock outlives its process, and a database that does not
	 * answer a hold; at least two seconds
	 * @param tablePrefix what the names of the tables begin with
	 * @throws IllegalArgumentException if the lease is too short, or the prefix has
	 * characters other than letters, digits, {@code _} and one {@code .}
	 */
	public JdbcLockBackend(DataSource dataSource, Duration lease, String tablePrefix) {
		this(dataSource, checkLease(lease), checkPrefix(tablePrefix), newProcess());
	}

	private JdbcLockBackend(DataSource dataSource, Duration lease, String prefix, String process) {
		this(new JdbcLeaseStore(dataSource, lease, prefix, process), lease, prefix, process);
	}

	private JdbcLockBackend(JdbcLeaseStore store, Duration lease, String prefix, String process) {
		super(store, lease, process, "jdbc");
		this.store = store;
		this.prefix = prefix;
	}

	private static String checkPrefix(String prefix) {
		if (!isPrefix(prefix)) {
			throw new IllegalArgumentException("'tablePrefix' must be letters, digits and '_', maybe after a schema"
					+ " and a '.', but is " + LockNames.quote(prefix));
		}
		return prefix;
	}

	/**
	 * Whether the names of tables can begin with a text.
	 * @param text the text
	 * @return {@code true} if it is up to 30 letters, digits and {@code _}, maybe after
	 * such a name of a schema and a {@code .}
	 */
	public static boolean isPrefix(String text) {
		return text.matches("([A-Za-z_][A-Za-z0-9_]{0,29}\\.)?[A-Za-z_][A-Za-z0-9_]{0,29}");
	}

	/**
	 * Creates the tables that are not there.
	 * @throws io.github.locks.LockBackendException if that fails
	 */
	public void createTables() {
		try {
			this.store.createTables();
		}
		catch (RuntimeException ex) {
			throw explained(ex);
		}
	}

	/**
	 * Returns where the tables are described, for who creates them.
	 * @return the place of a script on the class path, with {@code @@prefix@@} in place
	 * of the prefix; there is one for each kind of database
	 */
	public String schema() {
		return "classpath:io/github/locks/jdbc/schema-*.sql";
	}

	/**
	 * Looks whether the tables are there, with all columns.
	 * @throws io.github.locks.LockBackendUnavailableException if the database cannot be
	 * asked now
	 * @throws io.github.locks.LockBackendException if they cannot be used
	 */
	public void checkTables() {
		try {
			this.store.check();
		}
		catch (RuntimeException ex) {
			throw explained(ex);
		}
	}

	private LockBackendException explained(RuntimeException failure) {
		String message = "The tables '" + this.prefix + "*' cannot be used: " + SqlFailures.reason(failure) + ".";
		return SqlFailures.isOutage(failure)
				? new LockBackendUnavailableException(message, "", LockType.DISTRIBUTED, failure)
				: new LockBackendException(message, "", LockType.DISTRIBUTED, failure);
	}

	@Override
	public String toString() {
		return "the database, in tables that begin with '" + this.prefix + "'";
	}

}
