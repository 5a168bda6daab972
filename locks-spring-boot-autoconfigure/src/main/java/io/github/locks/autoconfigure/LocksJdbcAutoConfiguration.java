package io.github.locks.autoconfigure;

import java.util.Locale;

import javax.sql.DataSource;

import io.github.locks.LockBackendException;
import io.github.locks.LockBackendUnavailableException;
import io.github.locks.jdbc.JdbcLockBackend;
import io.github.locks.spi.LockBackend;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.jdbc.EmbeddedDatabaseConnection;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for distributed locks in an SQL
 * database.
 */
@AutoConfiguration(before = LocksAutoConfiguration.class,
		afterName = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration")
@ConditionalOnClass({ DataSource.class, JdbcOperations.class, EmbeddedDatabaseConnection.class })
@ConditionalOnProperty(name = "locks.distributed.backend", havingValue = "jdbc")
@Conditional(OnLocksEnabledCondition.class)
@EnableConfigurationProperties(LocksProperties.class)
public final class LocksJdbcAutoConfiguration {

	private static final Log logger = LogFactory.getLog(LocksJdbcAutoConfiguration.class);

	@Bean(destroyMethod = "close")
	@DependsOnDatabaseInitialization
	@ConditionalOnBean(DataSource.class)
	@ConditionalOnMissingBean(LockBackend.class)
	JdbcLockBackend jdbcLockBackend(DataSource dataSource, @LocksDataSource ObjectProvider<DataSource> forLocks,
			LocksProperties properties) {
		DataSource chosen = forLocks.getIfAvailable(() -> dataSource);
		LocksPropertiesMapper mapper = new LocksPropertiesMapper(properties);
		JdbcLockBackend backend = new JdbcLockBackend(chosen, mapper.lease(), mapper.tablePrefix());
		boolean prepared = false;
		try {
			prepareTables(backend, chosen, properties.getJdbc().getInitializeSchema());
			prepared = true;
			return backend;
		}
		finally {
			if (!prepared) {
				backend.close();
			}
		}
	}

	private static void prepareTables(JdbcLockBackend backend, DataSource dataSource,
			LocksProperties.SchemaInitialization mode) {
		try {
			if (mode == LocksProperties.SchemaInitialization.ALWAYS
					|| (mode == LocksProperties.SchemaInitialization.EMBEDDED
							&& EmbeddedDatabaseConnection.isEmbedded(dataSource))) {
				backend.createTables();
			}
			backend.checkTables();
		}
		catch (LockBackendUnavailableException ex) {
			logger.warn("It could not be seen whether the tables of the locks are there. " + ex.getMessage());
		}
		catch (LockBackendException ex) {
			throw new InvalidConfigurationPropertyValueException("locks.jdbc.initialize-schema",
					mode.name().toLowerCase(Locale.ROOT),
					"leaves tables that cannot be used. " + ex.getMessage() + " Create them with the script "
							+ backend.schema() + " of the jar, or set 'always' to have them created at the start.");
		}
	}

}
