package io.github.locks.jdbc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;

import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;

/**
 * Databases for tests.
 */
final class Databases {

	private Databases() {
	}

	static HikariDataSource h2() {
		return pool("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "sa", "");
	}

	static HikariDataSource pool(String url, String user, String password) {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl(url);
		config.setUsername(user);
		config.setPassword(password);
		config.setMaximumPoolSize(2);
		config.setMinimumIdle(0);
		config.setInitializationFailTimeout(-1);
		config.setConnectionTimeout(Duration.ofSeconds(5).toMillis());
		return new HikariDataSource(config);
	}

	/** Returns a prefix for tables, which are made. */
	static String tables(HikariDataSource database) {
		String prefix = "T" + UUID.randomUUID().toString().substring(0, 8) + "_";
		try (var connection = database.getConnection()) {
			String schema = new ClassPathResource(Dialect.of(connection).schema(), JdbcLockBackend.class)
				.getContentAsString(StandardCharsets.UTF_8);
			new ResourceDatabasePopulator(
					new ByteArrayResource(schema.replace("@@prefix@@", prefix).getBytes(StandardCharsets.UTF_8)))
				.populate(connection);
			return prefix;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
