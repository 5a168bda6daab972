package io.github.locks.jdbc;

import java.time.Duration;

import com.zaxxer.hikari.HikariDataSource;
import io.github.locks.spi.LockBackend;
import io.github.locks.spi.LockBackendContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * Tests of {@link JdbcLockBackend}, with H2.
 */
class H2LockBackendContractTests extends LockBackendContract {

	private static HikariDataSource database;

	private final String prefix = Databases.tables(database);

	@BeforeAll
	static void connect() {
		database = Databases.h2();
	}

	@AfterAll
	static void disconnect() {
		if (database != null) {
			database.close();
		}
	}

	@Override
	protected LockBackend open() {
		return new JdbcLockBackend(database, Duration.ofSeconds(10), this.prefix);
	}

}
