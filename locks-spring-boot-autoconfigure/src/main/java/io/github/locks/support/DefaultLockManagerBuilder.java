package io.github.locks.support;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.github.locks.LockNames;
import io.github.locks.LockScope;
import io.github.locks.LockType;
import io.github.locks.file.FileLockBackend;
import io.github.locks.spi.LockBackend;
import io.github.locks.spi.LockClock;
import io.github.locks.spi.LockListener;

/**
 * Builds a {@link DefaultLockManager}. Every setting has a default; a wrong value is
 * refused with {@link IllegalArgumentException}. Not for use by several threads at once.
 */
public final class DefaultLockManagerBuilder {

	private static final Path DEFAULT_DIRECTORY = Path.of("memory", "locks");

	private final Map<LockType, Duration> timeouts = new EnumMap<>(Map.of(LockType.READ, Duration.ofSeconds(10),
			LockType.WRITE, Duration.ofSeconds(30), LockType.DISTRIBUTED, Duration.ofMinutes(1)));

	private final Map<String, ResourceSettings> resources = new HashMap<>();

	private final List<LockListener> listeners = new ArrayList<>();

	private Supplier<? extends LockBackend> backend = () -> FileLockBackend.open(DEFAULT_DIRECTORY);

	private boolean openBackend;

	private Duration deadlockCheckInterval = Duration.ofMillis(100);

	private Duration deadlockThreshold = Duration.ofMinutes(5);

	private DeadlockPolicy deadlockPolicy = DeadlockPolicy.REPORT;

	private LockScope scope = LockScope.LOCAL;

	private LocalHandOver localHandOver = LocalHandOver.DEFAULT;

	private boolean statistics = true;

	private LockClock clock = LockClock.COARSE;

	private Fairness fairness = Fairness.STRICT;

	private int historySize = 100;

	private int maxResources = 10_000;

	private Duration idleEviction = Duration.ofMinutes(10);

	private Duration shutdownTimeout = Duration.ofSeconds(30);

	DefaultLockManagerBuilder() {
	}

	/**
	 * Sets the lock directory. It is opened by {@link #build()}, which fails if it cannot
	 * be used. Default: {@code memory/locks}, opened when the first distributed lock is
	 * asked for.
	 * @param directory the directory; created if need be
	 * @return this builder
	 */
	public DefaultLockManagerBuilder directory(Path directory) {
		Path checked = notNull(directory, "directory");
		this.backend = () -> FileLockBackend.open(checked);
		this.openBackend = true;
		return this;
	}

	/**
	 * Sets whom read and write locks exclude whose requests do not say. Default: only
	 * others in this process.
	 * @param scope the scope, not {@link LockScope#CONFIGURED}
	 * @return this builder
	 */
	public DefaultLockManagerBuilder scope(LockScope scope) {
		this.scope = configurable(scope);
		return this;
	}

	/**
	 * Sets for how long a lock of other processes stays in this one when its holders give
	 * it back while others of this process wait: it is handed on to them, until either
	 * bound is reached. More is faster; less serves other processes sooner. Default: 32
	 * times, and 50 ms.
	 * @param times how often in a row; 0: never
	 * @param time for how long since this process got it
	 * @return this builder
	 */
	public DefaultLockManagerBuilder localHandOver(int times, Duration time) {
		if (times < 0) {
			throw new IllegalArgumentException("'times' must not be negative, but is " + times);
		}
		this.localHandOver = new LocalHandOver(times, LockSettings.nanos(notNegative(time, "time")));
		return this;
	}

	/**
	 * Sets where distributed locks come from. The backend is opened when the first
	 * distributed lock is asked for, and closed with the manager.
	 * @param backend opens the backend
	 * @return this builder
	 */
	public DefaultLockManagerBuilder backend(Supplier<? extends LockBackend> backend) {
		this.backend = notNull(backend, "backend");
		this.openBackend = false;
		return this;
	}

	/**
	 * Sets how long requests of a kind wait that do not say. Default: 10 s for read, 30 s
	 * for write, 60 s for distributed locks.
	 * @param type the kind of lock
	 * @param timeout the timeout; zero: do not wait
	 * @return this builder
	 */
	public DefaultLockManagerBuilder timeout(LockType type, Duration timeout) {
		this.timeouts.put(notNull(type, "type"), notNegative(timeout, "timeout"));
		return this;
	}

	/**
	 * Sets what is different for one resource, or for all resources whose names begin
	 * alike. An exact name wins over a prefix, a longer prefix over a shorter one; each
	 * setting is looked up separately.
	 * @param resource name of the resource; if it ends in {@code *}, also all names that
	 * begin with what is before
	 * @param settings the settings
	 * @return this builder
	 */
	public DefaultLockManagerBuilder resource(String resource, ResourceSettings settings) {
		this.resources.put(LockNames.check(resource), notNull(settings, "settings"));
		return this;
	}

	/**
	 * Sets how often deadlocks and long waits are looked for while somebody waits. Cycles
	 * inside the process are found at once. Default: 100 ms.
	 * @param interval the interval, more than zero
	 * @return this builder
	 */
	public DefaultLockManagerBuilder deadlockCheckInterval(Duration interval) {
		this.deadlockCheckInterval = positive(interval, "deadlockCheckInterval");
		return this;
	}

	/**
	 * Sets from when on a wait is reported as suspiciously long. Default: 300 s.
	 * @param threshold the threshold, more than zero
	 * @return this builder
	 */
	public DefaultLockManagerBuilder deadlockThreshold(Duration threshold) {
		this.deadlockThreshold = positive(threshold, "deadlockThreshold");
		return this;
	}

	/**
	 * Sets what to do about a cycle. Default: report it.
	 * @param policy the policy
	 * @return this builder
	 */
	public DefaultLockManagerBuilder deadlockPolicy(DeadlockPolicy policy) {
		this.deadlockPolicy = notNull(policy, "deadlockPolicy");
		return this;
	}

	/**
	 * Sets whether statistics are recorded. Default: {@code true}.
	 * @param enabled whether to record
	 * @return this builder
	 */
	public DefaultLockManagerBuilder statistics(boolean enabled) {
		this.statistics = enabled;
		return this;
	}

	/**
	 * Sets how many recent operations each resource remembers. Default: 100.
	 * @param historySize the number, zero for none
	 * @return this builder
	 */
	public DefaultLockManagerBuilder historySize(int historySize) {
		if (historySize < 0) {
			throw new IllegalArgumentException("'historySize' must not be negative, but is " + historySize);
		}
		this.historySize = historySize;
		return this;
	}

	/**
	 * Sets whether threads may overtake others that wait for a lock inside of this
	 * process. Default: {@link Fairness#STRICT}.
	 * @param fairness the order
	 * @return this builder
	 */
	public DefaultLockManagerBuilder fairness(Fairness fairness) {
		this.fairness = notNull(fairness, "fairness");
		return this;
	}

	/**
	 * Sets which clock tells how long locks are held that nobody waits for. Waits are
	 * always exact, and so is all as long as a listener
	 * {@linkplain io.github.locks.spi.LockListener#followsHolds() follows holds}.
	 * Default: {@link LockClock#COARSE}.
	 * @param clock the clock
	 * @return this builder
	 */
	public DefaultLockManagerBuilder clock(LockClock clock) {
		this.clock = notNull(clock, "clock");
		return this;
	}

	/**
	 * Sets of how many unused resources the locks, and the statistics, are kept. Default:
	 * 10,000 each.
	 * @param maxResources the number, at least one
	 * @return this builder
	 */
	public DefaultLockManagerBuilder maxResources(int maxResources) {
		if (maxResources < 1) {
			throw new IllegalArgumentException("'maxResources' must be at least 1, but is " + maxResources);
		}
		this.maxResources = maxResources;
		return this;
	}

	/**
	 * Sets after what time without use the locks of a resource leave the memory. Default:
	 * 10 minutes.
	 * @param idleEviction the time, more than zero
	 * @return this builder
	 */
	public DefaultLockManagerBuilder idleEviction(Duration idleEviction) {
		this.idleEviction = positive(idleEviction, "idleEviction");
		return this;
	}

	/**
	 * Sets how long {@link DefaultLockManager#close()} waits for holders. Default: 30 s.
	 * @param shutdownTimeout the time; zero: not at all
	 * @return this builder
	 */
	public DefaultLockManagerBuilder shutdownTimeout(Duration shutdownTimeout) {
		this.shutdownTimeout = notNegative(shutdownTimeout, "shutdownTimeout");
		return this;
	}

	/**
	 * Adds a listener.
	 * @param listener who is told of all that happens to locks
	 * @return this builder
	 */
	public DefaultLockManagerBuilder listener(LockListener listener) {
		this.listeners.add(notNull(listener, "listener"));
		return this;
	}

	/**
	 * Builds the manager.
	 * @return a manager to close
	 * @throws io.github.locks.LockBackendException if the lock directory that was set
	 * cannot be used
	 */
	public DefaultLockManager build() {
		DefaultLockManager manager = new DefaultLockManager(this);
		if (this.openBackend) {
			try {
				manager.openBackend();
			}
			catch (Throwable ex) {
				manager.close();
				throw ex;
			}
		}
		return manager;
	}

	LockSettings settings() {
		return new LockSettings(Map.copyOf(this.timeouts), new ResourceRules(this.resources), this.scope,
				this.localHandOver, this.deadlockCheckInterval, this.deadlockThreshold, this.deadlockPolicy,
				this.idleEviction, this.shutdownTimeout);
	}

	Supplier<? extends LockBackend> backend() {
		return this.backend;
	}

	List<LockListener> listeners() {
		return List.copyOf(this.listeners);
	}

	boolean isStatistics() {
		return this.statistics;
	}

	Fairness fairness() {
		return this.fairness;
	}

	LockClock clock() {
		return this.clock;
	}

	int historySize() {
		return this.historySize;
	}

	int maxResources() {
		return this.maxResources;
	}

	private static <T> T notNull(T value, String name) {
		if (value == null) {
			throw new IllegalArgumentException("'" + name + "' must not be null");
		}
		return value;
	}

	static LockScope configurable(LockScope scope) {
		if (notNull(scope, "scope") == LockScope.CONFIGURED) {
			throw new IllegalArgumentException("'scope' must be LOCAL or DISTRIBUTED, but is " + scope);
		}
		return scope;
	}

	static Duration notNegative(Duration value, String name) {
		if (notNull(value, name).isNegative()) {
			throw new IllegalArgumentException("'" + name + "' must not be negative, but is " + value);
		}
		return value;
	}

	static Duration positive(Duration value, String name) {
		if (notNegative(value, name).isZero()) {
			throw new IllegalArgumentException("'" + name + "' must be more than zero, but is " + value);
		}
		return value;
	}

}
