package io.github.locks.jdbc;

import java.sql.SQLException;
import java.time.Duration;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

/**
 * The connections that locks go through.
 *
 * @param dataSource gives them
 * @param end what ends those that are not the application's
 */
record LockPool(DataSource dataSource, @Nullable Runnable end) implements AutoCloseable {

	private static final String HIKARI = "com.zaxxer.hikari.HikariDataSource";

	/**
	 * A small pool like that of the application: who waits for a lock may have all of the
	 * other. Only of HikariCP it is known how; others are taken as they are.
	 */
	static LockPool of(DataSource original, Duration patience) {
		return isHikari(original) ? HikariLockPool.like(original, patience) : new LockPool(original, null);
	}

	private static boolean isHikari(DataSource original) {
		if (!ClassUtils.isPresent(HIKARI, LockPool.class.getClassLoader())) {
			return false;
		}
		try {
			return original.isWrapperFor(ClassUtils.resolveClassName(HIKARI, LockPool.class.getClassLoader()));
		}
		catch (SQLException ex) {
			return false;
		}
	}

	@Override
	public void close() {
		if (this.end != null) {
			this.end.run();
		}
	}

}
