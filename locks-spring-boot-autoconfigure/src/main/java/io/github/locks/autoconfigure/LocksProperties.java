package io.github.locks.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.locks.LockScope;
import io.github.locks.aop.LockAdvisor;
import io.github.locks.spi.LockClock;
import io.github.locks.support.DeadlockPolicy;
import io.github.locks.support.Fairness;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * {@link ConfigurationProperties Configuration properties} for locks.
 */
@ConfigurationProperties("locks")
public final class LocksProperties {

	/**
	 * Whether locks are enabled. If not, there is no lock manager and annotated methods
	 * run without locking.
	 */
	private boolean enabled = true;

	/**
	 * Directory of the lock files of distributed locks, shared by the processes that
	 * exclude each other. If set, it is opened at start, otherwise when the first
	 * distributed lock is acquired.
	 */
	private String directory = "memory/locks";

	/**
	 * Time to wait for idle resources before their locks are removed from memory.
	 */
	private Duration idleEviction = Duration.ofMinutes(10);

	/**
	 * Whether a lock that is released inside a transaction is given back only after the
	 * transaction has completed.
	 */
	private boolean releaseAfterTransaction = true;

	/**
	 * Time to wait at shutdown for locks that are still held.
	 */
	private Duration shutdownTimeout = Duration.ofSeconds(30);

	/**
	 * What to do about annotations that can never work, or may not.
	 */
	private LockAdvisor.Validation validation = LockAdvisor.Validation.FAIL;

	/**
	 * Settings for single resources, by name. A name that ends in an asterisk stands for
	 * all names that begin with what is before it; an exact name wins over such a prefix,
	 * a longer prefix over a shorter one, for each setting separately. Names with
	 * characters other than letters, digits and dashes go in brackets.
	 */
	private final Map<String, Resource> resources = new LinkedHashMap<>();

	private final Timeout timeout = new Timeout();

	private final Distributed distributed = new Distributed();

	private final Redis redis = new Redis();

	private final Jdbc jdbc = new Jdbc();

	private final Deadlock deadlock = new Deadlock();

	private final Statistics statistics = new Statistics();

	/**
	 * Order in which requests for a lock inside of this process are served.
	 */
	private Fairness fairness = Fairness.STRICT;

	/**
	 * Whom read and write locks exclude where nothing more specific says so: others in
	 * this process, or in all processes that share the lock directory or other backend.
	 */
	private LockScope scope = LockScope.LOCAL;

	private final Metrics metrics = new Metrics();

	private final Endpoint endpoint = new Endpoint();

	public boolean isEnabled() {
		return this.enabled;
	}

	public void setEnabled(boolean enabled) {
		this.enabled = enabled;
	}

	public String getDirectory() {
		return this.directory;
	}

	public void setDirectory(String directory) {
		this.directory = directory;
	}

	public Duration getIdleEviction() {
		return this.idleEviction;
	}

	public void setIdleEviction(Duration idleEviction) {
		this.idleEviction = idleEviction;
	}

	public boolean isReleaseAfterTransaction() {
		return this.releaseAfterTransaction;
	}

	public void setReleaseAfterTransaction(boolean releaseAfterTransaction) {
		this.releaseAfterTransaction = releaseAfterTransaction;
	}

	public Duration getShutdownTimeout() {
		return this.shutdownTimeout;
	}

	public void setShutdownTimeout(Duration shutdownTimeout) {
		this.shutdownTimeout = shutdownTimeout;
	}

	public LockAdvisor.Validation getValidation() {
		return this.validation;
	}

	public void setValidation(LockAdvisor.Validation validation) {
		this.validation = validation;
	}

	public Map<String, Resource> getResources() {
		return this.resources;
	}

	public Timeout getTimeout() {
		return this.timeout;
	}

	public Distributed getDistributed() {
		return this.distributed;
	}

	public Redis getRedis() {
		return this.redis;
	}

	public Jdbc getJdbc() {
		return this.jdbc;
	}

	public Deadlock getDeadlock() {
		return this.deadlock;
	}

	public Fairness getFairness() {
		return this.fairness;
	}

	public void setFairness(Fairness fairness) {
		this.fairness = fairness;
	}

	public LockScope getScope() {
		return this.scope;
	}

	public void setScope(LockScope scope) {
		this.scope = scope;
	}

	public Statistics getStatistics() {
		return this.statistics;
	}

	public Metrics getMetrics() {
		return this.metrics;
	}

	public Endpoint getEndpoint() {
		return this.endpoint;
	}

	/**
	 * How long to wait for a lock where nothing more specific says so.
	 */
	public static final class Timeout {

		/**
		 * Time to wait for a read lock. Zero means to try once.
		 */
		private Duration read = Duration.ofSeconds(10);

		/**
		 * Time to wait for a write lock. Zero means to try once.
		 */
		private Duration write = Duration.ofSeconds(30);

		/**
		 * Time to wait for a distributed lock. Zero means to try once.
		 */
		private Duration distributed = Duration.ofSeconds(60);

		public Duration getRead() {
			return this.read;
		}

		public void setRead(Duration read) {
			this.read = read;
		}

		public Duration getWrite() {
			return this.write;
		}

		public void setWrite(Duration write) {
			this.write = write;
		}

		public Duration getDistributed() {
			return this.distributed;
		}

		public void setDistributed(Duration distributed) {
			this.distributed = distributed;
		}

	}

	/**
	 * Settings of one resource.
	 */
	public static final class Resource {

		/**
		 * Time to wait for a lock of the resource. Zero means to try once.
		 */
		private @Nullable Duration timeout;

		/**
		 * Time after which a distributed lock of the resource is lost to its holder. If
		 * not set, the lock is held until it is closed.
		 */
		private @Nullable Duration lease;

		/**
		 * Time for which a distributed lock of the resource stays taken at least, even if
		 * its holder gives it back earlier. If not set, it is free at once. Not longer
		 * than the lease; where that comes from elsewhere and is shorter, it wins.
		 */
		private @Nullable Duration minimumHold;

		/**
		 * Whom read and write locks of the resource exclude: others in this process, or
		 * in all processes.
		 */
		private @Nullable LockScope scope;

		public @Nullable Duration getTimeout() {
			return this.timeout;
		}

		public void setTimeout(@Nullable Duration timeout) {
			this.timeout = timeout;
		}

		public @Nullable Duration getLease() {
			return this.lease;
		}

		public void setLease(@Nullable Duration lease) {
			this.lease = lease;
		}

		public @Nullable Duration getMinimumHold() {
			return this.minimumHold;
		}

		public void setMinimumHold(@Nullable Duration minimumHold) {
			this.minimumHold = minimumHold;
		}

		public @Nullable LockScope getScope() {
			return this.scope;
		}

		public void setScope(@Nullable LockScope scope) {
			this.scope = scope;
		}

	}

	/**
	 * Distributed locks.
	 */
	public static final class Distributed {

		/**
		 * What keeps the distributed locks.
		 */
		private Backend backend = Backend.FILE;

		/**
		 * How long a distributed lock outlives its process, where the backend does not
		 * notice that at once. It is renewed three times in that time.
		 */
		private Duration lease = Duration.ofSeconds(30);

		/**
		 * How often a distributed lock is handed on inside of this process while other
		 * processes wait for it. Zero means never.
		 */
		private int localHandovers = 32;

		/**
		 * For how long a distributed lock is handed on inside of this process while other
		 * processes wait for it.
		 */
		private Duration localHandoverTime = Duration.ofMillis(50);

		public Backend getBackend() {
			return this.backend;
		}

		public void setBackend(Backend backend) {
			this.backend = backend;
		}

		public Duration getLease() {
			return this.lease;
		}

		public void setLease(Duration lease) {
			this.lease = lease;
		}

		public int getLocalHandovers() {
			return this.localHandovers;
		}

		public void setLocalHandovers(int localHandovers) {
			this.localHandovers = localHandovers;
		}

		public Duration getLocalHandoverTime() {
			return this.localHandoverTime;
		}

		public void setLocalHandoverTime(Duration localHandoverTime) {
			this.localHandoverTime = localHandoverTime;
		}

	}

	/**
	 * Distributed locks in Redis.
	 */
	public static final class Redis {

		/**
		 * What all keys begin with. Who has another prefix has other locks.
		 */
		private String keyPrefix = "locks";

		public String getKeyPrefix() {
			return this.keyPrefix;
		}

		public void setKeyPrefix(String keyPrefix) {
			this.keyPrefix = keyPrefix;
		}

	}

	/**
	 * Distributed locks in an SQL database.
	 */
	public static final class Jdbc {

		/**
		 * Whether to create the tables of the locks at the start.
		 */
		private SchemaInitialization initializeSchema = SchemaInitialization.EMBEDDED;

		/**
		 * What the names of the tables begin with, maybe after a schema and a dot. Who
		 * has another prefix has other locks.
		 */
		private String tablePrefix = "LOCKS_";

		public SchemaInitialization getInitializeSchema() {
			return this.initializeSchema;
		}

		public void setInitializeSchema(SchemaInitialization initializeSchema) {
			this.initializeSchema = initializeSchema;
		}

		public String getTablePrefix() {
			return this.tablePrefix;
		}

		public void setTablePrefix(String tablePrefix) {
			this.tablePrefix = tablePrefix;
		}

	}

	/**
	 * When to create the tables of the locks.
	 */
	public enum SchemaInitialization {

		/** At each start, those that are not there. */
		ALWAYS,

		/** The same, in embedded databases only. */
		EMBEDDED,

		/** Never: somebody else does it. */
		NEVER

	}

	/**
	 * What keeps the distributed locks.
	 */
	public enum Backend {

		/** Files in the lock directory, for the processes of one machine. */
		FILE,

		/** The Redis that {@code spring.data.redis.*} names, for all that share it. */
		REDIS,

		/**
		 * The database of the application's {@code DataSource}, for all that share it.
		 */
		JDBC,

		/** The memory of this process, for tests and single instances. */
		MEMORY

	}

	/**
	 * Deadlock detection.
	 */
	public static final class Deadlock {

		/**
		 * Time between two searches for deadlocks.
		 */
		private Duration checkInterval = Duration.ofMillis(100);

		/**
		 * Time after which a wait is suspected to be a deadlock.
		 */
		private Duration threshold = Duration.ofMinutes(5);

		/**
		 * What to do about a cycle of owners that wait for each other.
		 */
		private DeadlockPolicy policy = DeadlockPolicy.REPORT;

		public Duration getCheckInterval() {
			return this.checkInterval;
		}

		public void setCheckInterval(Duration checkInterval) {
			this.checkInterval = checkInterval;
		}

		public Duration getThreshold() {
			return this.threshold;
		}

		public void setThreshold(Duration threshold) {
			this.threshold = threshold;
		}

		public DeadlockPolicy getPolicy() {
			return this.policy;
		}

		public void setPolicy(DeadlockPolicy policy) {
			this.policy = policy;
		}

	}

	/**
	 * Statistics.
	 */
	public static final class Statistics {

		/**
		 * Whether statistics are recorded.
		 */
		private boolean enabled = true;

		/**
		 * Number of recent operations to keep for each resource.
		 */
		private int historySize = 100;

		/**
		 * Clock that tells how long locks are held that nobody waits for.
		 */
		private LockClock timing = LockClock.COARSE;

		/**
		 * Number of resources to keep statistics of.
		 */
		private int maxResources = 10000;

		public LockClock getTiming() {
			return this.timing;
		}

		public void setTiming(LockClock timing) {
			this.timing = timing;
		}

		public boolean isEnabled() {
			return this.enabled;
		}

		public void setEnabled(boolean enabled) {
			this.enabled = enabled;
		}

		public int getHistorySize() {
			return this.historySize;
		}

		public void setHistorySize(int historySize) {
			this.historySize = historySize;
		}

		public int getMaxResources() {
			return this.maxResources;
		}

		public void setMaxResources(int maxResources) {
			this.maxResources = maxResources;
		}

	}

	/**
	 * Metrics.
	 */
	public static final class Metrics {

		/**
		 * Whether locks are measured where there is a meter registry.
		 */
		private boolean enabled = true;

		public boolean isEnabled() {
			return this.enabled;
		}

		public void setEnabled(boolean enabled) {
			this.enabled = enabled;
		}

	}

	/**
	 * What the Actuator shows of locks.
	 */
	public static final class Endpoint {

		/**
		 * Whether names of resources are shown only up to their first colon. What follows
		 * is replaced by a number that is different in each process.
		 */
		private boolean mask = false;

		public boolean isMask() {
			return this.mask;
		}

		public void setMask(boolean mask) {
			this.mask = mask;
		}

	}

}
