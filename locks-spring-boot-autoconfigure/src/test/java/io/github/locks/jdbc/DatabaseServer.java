package io.github.locks.jdbc;

import java.time.Duration;

import com.zaxxer.hikari.HikariDataSource;
import io.github.locks.spi.TestImages;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;

/**
 * Database servers in containers, one of each kind for all tests.
 */
enum DatabaseServer {

	/** PostgreSQL. */
	POSTGRES("postgres", "postgres:17-alpine", 5432),

	/** MariaDB. */
	MARIADB("mariadb", "mariadb:11.8", 3306);

	private final String kind;

	private final String image;

	private final int port;

	private @Nullable GenericContainer<?> container;

	DatabaseServer(String kind, String image, int port) {
		this.kind = kind;
		this.image = image;
		this.port = port;
	}

	/** Host and port of the server; the test is skipped if there cannot be one. */
	synchronized String address() {
		Integer running = Integer.getInteger("locks.test." + this.kind + ".port");
		if (running != null) {
			return "localhost:" + running;
		}
		if (this.container == null) {
			GenericContainer<?> started = new GenericContainer<>(TestImages.require(this.kind, this.image))
				.withExposedPorts(this.port)
				.withEnv("POSTGRES_USER", "test")
				.withEnv("POSTGRES_PASSWORD", "test")
				.withEnv("MARIADB_USER", "test")
				.withEnv("MARIADB_PASSWORD", "test")
				.withEnv("MARIADB_DATABASE", "test")
				.withEnv("MARIADB_RANDOM_ROOT_PASSWORD", "1")
				.waitingFor(Wait.forListeningPort())
				.withStartupTimeout(Duration.ofMinutes(2));
			started.start();
			this.container = started;
		}
		return this.container.getHost() + ":" + this.container.getMappedPort(this.port);
	}

	String url(String address) {
		return (this == POSTGRES) ? "jdbc:postgresql://" + address + "/test" : "jdbc:mariadb://" + address + "/test";
	}

	HikariDataSource pool() {
		return Databases.pool(url(address()), "test", "test");
	}

}
