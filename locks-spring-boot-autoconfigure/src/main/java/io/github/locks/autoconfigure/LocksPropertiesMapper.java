package io.github.locks.autoconfigure;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;

import io.github.locks.InvalidLockNameException;
import io.github.locks.LockNames;
import io.github.locks.LockScope;
import io.github.locks.LockType;
import io.github.locks.jdbc.JdbcLockBackend;
import io.github.locks.lease.LeaseBackend;
import io.github.locks.redis.RedisLockBackend;
import io.github.locks.support.DefaultLockManager;
import io.github.locks.support.DefaultLockManagerBuilder;
import io.github.locks.support.ResourceSettings;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Transfers the properties to the builder of the lock manager and refuses values that
 * make no sense.
 */
final class LocksPropertiesMapper {

	private static final int MAX_HISTORY_SIZE = 100_000;

	private final LocksProperties properties;

	LocksPropertiesMapper(LocksProperties properties) {
		this.properties = properties;
	}

	DefaultLockManagerBuilder builder() {
		DefaultLockManagerBuilder builder = DefaultLockManager.builder();
		timeouts(builder);
		deadlock(builder);
		builder.fairness(this.properties.getFairness());
		builder.scope(scope("locks.scope", this.properties.getScope()));
		localHandOver(builder);
		statistics(builder);
		this.properties.getResources().forEach((name, resource) -> resource(builder, name, resource));
		builder.idleEviction(positive("locks.idle-eviction", this.properties.getIdleEviction()));
		builder.shutdownTimeout(notNegative("locks.shutdown-timeout", this.properties.getShutdownTimeout()));
		return builder;
	}

	Path directory() {
		String directory = this.properties.getDirectory();
		if (directory.isBlank()) {
			throw invalidDirectory("must name a directory, such as 'memory/locks'", null);
		}
		if (directory.contains("${")) {
			throw invalidDirectory("has a '${' that no property replaces; write the name of one that is there,"
					+ " such as '${user.home}/locks'", null);
		}
		try {
			return Path.of(directory);
		}
		catch (InvalidPathException ex) {
			throw invalidDirectory("is not a path: " + ex.getReason(), ex);
		}
	}

	InvalidConfigurationPropertyValueException invalidDirectory(String reason, @Nullable Throwable cause) {
		InvalidConfigurationPropertyValueException failure = invalid("locks.directory", this.properties.getDirectory(),
				reason);
		if (cause != null) {
			failure.addSuppressed(cause);
		}
		return failure;
	}

	private void timeouts(DefaultLockManagerBuilder builder) {
		LocksProperties.Timeout timeout = this.properties.getTimeout();
		builder.timeout(LockType.READ, notNegative("locks.timeout.read", timeout.getRead()));
		builder.timeout(LockType.WRITE, notNegative("locks.timeout.write", timeout.getWrite()));
		builder.timeout(LockType.DISTRIBUTED, notNegative("locks.timeout.distributed", timeout.getDistributed()));
	}

	private void deadlock(DefaultLockManagerBuilder builder) {
		LocksProperties.Deadlock deadlock = this.properties.getDeadlock();
		builder.deadlockCheckInterval(positive("locks.deadlock.check-interval", deadlock.getCheckInterval()));
		builder.deadlockThreshold(positive("locks.deadlock.threshold", deadlock.getThreshold()));
		builder.deadlockPolicy(deadlock.getPolicy());
	}

	private void statistics(DefaultLockManagerBuilder builder) {
		LocksProperties.Statistics statistics = this.properties.getStatistics();
		builder.statistics(statistics.isEnabled());
		builder.clock(statistics.getTiming());
		builder.historySize(between("locks.statistics.history-size", statistics.getHistorySize(), 0, MAX_HISTORY_SIZE));
		builder.maxResources(
				between("locks.statistics.max-resources", statistics.getMaxResources(), 1, Integer.MAX_VALUE));
	}

	private void resource(DefaultLockManagerBuilder builder, String name, LocksProperties.Resource resource) {
		try {
			LockNames.check(name);
		}
		catch (InvalidLockNameException ex) {
			throw invalid("locks.resources", LockNames.escape(name), String.valueOf(ex.getMessage()));
		}
		String path = "locks.resources[" + LockNames.escape(name) + "]";
		Duration timeout = resource.getTimeout();
		Duration lease = resource.getLease();
		Duration minimumHold = resource.getMinimumHold();
		if (lease != null && minimumHold != null && minimumHold.compareTo(lease) > 0) {
			throw invalid(path + ".minimum-hold", minimumHold,
					"must not be longer than '" + path + ".lease', which is " + lease + ": the lock is lost by then");
		}
		builder.resource(name,
				new ResourceSettings((timeout != null) ? notNegative(path + ".timeout", timeout) : null,
						(lease != null) ? positive(path + ".lease", lease) : null,
						(minimumHold != null) ? positive(path + ".minimum-hold", minimumHold) : null,
						(resource.getScope() != null) ? scope(path + ".scope", resource.getScope()) : null));
	}

	private void localHandOver(DefaultLockManagerBuilder builder) {
		LocksProperties.Distributed distributed = this.properties.getDistributed();
		builder.localHandOver(
				between("locks.distributed.local-handovers", distributed.getLocalHandovers(), 0, Integer.MAX_VALUE),
				notNegative("locks.distributed.local-handover-time", distributed.getLocalHandoverTime()));
	}

	/** How long leases last, where the backend has some. */
	Duration lease() {
		Duration lease = this.properties.getDistributed().getLease();
		if (lease.compareTo(LeaseBackend.SHORTEST_LEASE) < 0) {
			throw invalid("locks.distributed.lease", lease, "must be two seconds or more, such as '30s'");
		}
		return lease;
	}

	String keyPrefix() {
		String prefix = this.properties.getRedis().getKeyPrefix();
		if (!RedisLockBackend.isPrefix(prefix)) {
			throw invalid("locks.redis.key-prefix", LockNames.escape(prefix),
					"must be 1 to 100 letters, digits, '.', ':', '_' or '-', such as 'orders:locks'");
		}
		return prefix;
	}

	String tablePrefix() {
		String prefix = this.properties.getJdbc().getTablePrefix();
		if (!JdbcLockBackend.isPrefix(prefix)) {
			throw invalid("locks.jdbc.table-prefix", LockNames.escape(prefix),
					"must be 1 to 30 letters, digits or '_', maybe after a schema and a '.', such as 'app.LOCKS_'");
		}
		return prefix;
	}

	private static LockScope scope(String name, LockScope value) {
		if (value == LockScope.CONFIGURED) {
			throw invalid(name, value, "must be 'local' or 'distributed'");
		}
		return value;
	}

	private static Duration notNegative(String name, Duration value) {
		if (value.isNegative()) {
			throw invalid(name, value, "must be zero or more, such as '30s'");
		}
		return value;
	}

	private static Duration positive(String name, Duration value) {
		if (value.isNegative() || value.isZero()) {
			throw invalid(name, value, "must be more than zero, such as '30s'");
		}
		return value;
	}

	private static int between(String name, int value, int min, int max) {
		if (value < min || value > max) {
			throw invalid(name, value, "must be a number from " + min + " to " + max);
		}
		return value;
	}

	private static InvalidConfigurationPropertyValueException invalid(String name, Object value, String reason) {
		return new InvalidConfigurationPropertyValueException(name, value, reason);
	}

}
