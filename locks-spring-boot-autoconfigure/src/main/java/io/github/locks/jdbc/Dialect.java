package io.github.locks.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;

/**
 * What databases say differently. All times are microseconds since the epoch, by the
 * clock of the database; that of a statement that waited may be late, which makes leases
 * shorter and never longer.
 */
enum Dialect {

	/** PostgreSQL, whose {@code now()} would be that of the transaction. */
	POSTGRESQL("cast(extract(epoch from clock_timestamp()) * 1000000 as bigint)", "insert", " on conflict do nothing",
			true),

	/** MySQL. */
	MYSQL("timestampdiff(microsecond, '1970-01-01 00:00:00', utc_timestamp(6))", "insert ignore", "", false),

	/** MariaDB. */
	MARIADB(MYSQL.now, MYSQL.insert, MYSQL.orNothing, false),

	/** H2. */
	H2("cast(extract(epoch from current_timestamp) * 1000000 as bigint)", "insert", "", false);

	private final String now;

	private final String insert;

	private final String orNothing;

	private final boolean returning;

	Dialect(String now, String insert, String orNothing, boolean returning) {
		this.now = now;
		this.insert = insert;
		this.orNothing = orNothing;
		this.returning = returning;
	}

	static Dialect of(Connection connection) throws SQLException {
		String product = connection.getMetaData().getDatabaseProductName().toUpperCase(Locale.ROOT);
		for (Dialect dialect : values()) {
			if (product.equals(dialect.name())) {
				return dialect;
			}
		}
		throw new UnsupportedDatabaseException(product);
	}

	/** An expression for the time. */
	String now() {
		return this.now;
	}

	/** Inserts a row, if there is none with its key. */
	String insert(String rest) {
		return this.insert + " into " + rest + this.orNothing;
	}

	/** Whether an update can return what it has written, as in PostgreSQL. */
	boolean canReturn() {
		return this.returning;
	}

	/** Where its tables are described. */
	String schema() {
		return "schema-" + name().toLowerCase(Locale.ROOT) + ".sql";
	}

	/**
	 * There is a database nobody has tried.
	 */
	static final class UnsupportedDatabaseException extends RuntimeException {

		UnsupportedDatabaseException(String product) {
			super("the database is " + product + ", but locks are known to work in PostgreSQL, MySQL, MariaDB and H2");
		}

	}

}
