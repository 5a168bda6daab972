package io.github.locks.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import io.github.locks.LockBackendException;
import io.github.locks.file.FileLockBackend;
import io.github.locks.jdbc.JdbcLockBackend;
import io.github.locks.memory.MemoryLockBackend;
import io.github.locks.redis.RedisLockBackend;
import io.github.locks.spi.LockBackend;
import io.github.locks.support.DefaultLockManager;
import io.github.locks.support.DefaultLockManagerBuilder;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;

/**
 * Chooses what keeps the distributed locks: a bean of the application, else what
 * {@code locks.distributed.backend} says.
 */
final class LockBackends {

	private static final Log logger = LogFactory.getLog(LockBackends.class);

	private static final String BACKEND_PROPERTY = "locks.distributed.backend";

	private static final String DIRECTORY_PROPERTY = "locks.directory";

	private final LocksProperties properties;

	private final @Nullable LockBackend bean;

	LockBackends(LocksProperties properties, @Nullable LockBackend bean) {
		this.properties = properties;
		this.bean = bean;
	}

	/** The name of the choice, for people and metrics. */
	String name() {
		if (this.bean != null && !isAskedFor(this.bean)) {
			return "custom";
		}
		return configured().name().toLowerCase(Locale.ROOT);
	}

	/** Where the locks are kept, if that is a directory. */
	@Nullable String directory() {
		if (this.bean != null || configured() != LocksProperties.Backend.FILE) {
			return null;
		}
		return new LocksPropertiesMapper(this.properties).directory().toAbsolutePath().normalize().toString();
	}

	/** Builds a manager, which opens the lock directory now if that was set. */
	DefaultLockManager build(DefaultLockManagerBuilder builder, Environment environment) {
		LockBackend chosen = this.bean;
		if (chosen != null) {
			warnOfIgnoredProperties(chosen, environment);
			return builder.backend(() -> chosen).build();
		}
		if (configured() == LocksProperties.Backend.MEMORY) {
			warnOfIgnoredDirectory(environment);
			return builder.backend(MemoryLockBackend::new).build();
		}
		if (configured() == LocksProperties.Backend.REDIS) {
			throw new InvalidConfigurationPropertyValueException(BACKEND_PROPERTY, "redis",
					"needs a RedisConnectionFactory bean, and there is none: add 'spring-boot-starter-data-redis' to"
							+ " the dependencies, and name the server by 'spring.data.redis.*'");
		}
		if (configured() == LocksProperties.Backend.JDBC) {
			throw new InvalidConfigurationPropertyValueException(BACKEND_PROPERTY, "jdbc",
					"needs a DataSource bean, and there is none: add 'spring-boot-starter-jdbc' and the driver of the"
							+ " database to the dependencies, and name the database by 'spring.datasource.*'");
		}
		LocksPropertiesMapper mapper = new LocksPropertiesMapper(this.properties);
		if (!environment.containsProperty(DIRECTORY_PROPERTY)) {
			return builder.backend(() -> FileLockBackend.open(mapper.directory())).build();
		}
		try {
			return builder.directory(mapper.directory()).build();
		}
		catch (LockBackendException ex) {
			throw mapper.invalidDirectory(String.valueOf(ex.getMessage()), ex);
		}
	}

	private void warnOfIgnoredProperties(LockBackend chosen, Environment environment) {
		if (isAskedFor(chosen)) {
			return;
		}
		List<String> ignored = new ArrayList<>();
		for (String property : new String[] { DIRECTORY_PROPERTY, BACKEND_PROPERTY }) {
			if (environment.containsProperty(property)) {
				ignored.add("'" + property + "'");
			}
		}
		if (!ignored.isEmpty()) {
			logger.warn("Distributed locks are kept by the LockBackend bean of type " + chosen.getClass().getName()
					+ ": " + String.join(" and ", ignored)
					+ ((ignored.size() == 1) ? " has no effect." : " have no effect.")
					+ " Remove either the bean or the property.");
		}
	}

	private static void warnOfIgnoredDirectory(Environment environment) {
		if (environment.containsProperty(DIRECTORY_PROPERTY)) {
			logger.warn("Distributed locks are kept in memory, for this process alone, as '" + BACKEND_PROPERTY
					+ "' says: '" + DIRECTORY_PROPERTY
					+ "' has no effect. Remove either of them; processes that share the directory need the first"
					+ " removed.");
		}
	}

	/** Whether a bean is what the property asks for anyway. */
	private boolean isAskedFor(LockBackend chosen) {
		return switch (configured()) {
			case MEMORY -> chosen instanceof MemoryLockBackend;
			case REDIS -> chosen instanceof RedisLockBackend;
			case JDBC -> chosen instanceof JdbcLockBackend;
			case FILE -> false;
		};
	}

	private LocksProperties.Backend configured() {
		return this.properties.getDistributed().getBackend();
	}

}
