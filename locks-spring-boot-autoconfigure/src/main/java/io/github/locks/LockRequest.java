package io.github.locks;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * What to lock, how, for whom, and how long to wait for it. Immutable; may be used for
 * any number of acquisitions.
 */
public final class LockRequest {

	private final String resource;

	private final LockType type;

	private final LockScope scope;

	private final @Nullable Duration timeout;

	private final @Nullable Duration lease;

	private final @Nullable Duration minimumHold;

	private final @Nullable LockOwner owner;

	private final @Nullable String method;

	private final @Nullable String template;

	private LockRequest(Builder builder) {
		this.resource = builder.resource;
		this.type = builder.type;
		this.scope = builder.scope;
		this.timeout = builder.timeout;
		this.lease = builder.lease;
		this.minimumHold = builder.minimumHold;
		this.owner = builder.owner;
		this.method = builder.method;
		this.template = builder.template;
	}

	/**
	 * Starts a request for the read side of a resource.
	 * @param resource name of the resource, 1 to 512 code points
	 * @return a builder
	 * @throws InvalidLockNameException if the name is refused
	 */
	public static Builder read(String resource) {
		return new Builder(resource, LockType.READ);
	}

	/**
	 * Starts a request for the write side of a resource.
	 * @param resource name of the resource, 1 to 512 code points
	 * @return a builder
	 * @throws InvalidLockNameException if the name is refused
	 */
	public static Builder write(String resource) {
		return new Builder(resource, LockType.WRITE);
	}

	/**
	 * Starts a request for the distributed lock of a resource.
	 * @param resource name of the resource, 1 to 512 code points
	 * @return a builder
	 * @throws InvalidLockNameException if the name is refused
	 */
	public static Builder distributed(String resource) {
		return new Builder(resource, LockType.DISTRIBUTED);
	}

	/**
	 * Starts a request for a lock of the given kind.
	 * @param type the kind of lock
	 * @param resource name of the resource, 1 to 512 code points
	 * @return a builder
	 * @throws InvalidLockNameException if the name is refused
	 */
	public static Builder of(LockType type, String resource) {
		return new Builder(resource, requireNonNull(type, "type"));
	}

	/**
	 * Returns the name of the resource.
	 * @return a valid name
	 */
	public String resource() {
		return this.resource;
	}

	/**
	 * Returns the kind of lock.
	 * @return the kind
	 */
	public LockType type() {
		return this.type;
	}

	/**
	 * Returns whom the lock excludes.
	 * @return the scope; a distributed lock has always that of its name
	 */
	public LockScope scope() {
		return this.scope;
	}

	/**
	 * Returns how long to wait. Zero or negative: try once.
	 * @return the timeout, or {@code null} for the default of the resource or kind
	 */
	public @Nullable Duration timeout() {
		return this.timeout;
	}

	/**
	 * Returns how long the lock may be held. Distributed locks only.
	 * @return the lease, or {@code null} for as long as the holder lives
	 */
	public @Nullable Duration lease() {
		return this.lease;
	}

	/**
	 * Returns how long the lock stays taken at least. Distributed locks only.
	 * @return the time, or {@code null} for the setting of the resource, else none
	 */
	public @Nullable Duration minimumHold() {
		return this.minimumHold;
	}

	/**
	 * Returns for whom the lock is taken.
	 * @return the owner, or {@code null} for the {@linkplain LockOwner#current() current
	 * owner} of a blocking call and a new owner of an asynchronous one
	 */
	public @Nullable LockOwner owner() {
		return this.owner;
	}

	/**
	 * Returns which method asks, for messages and the status.
	 * @return a label such as {@code EpisodeStore.find}, or {@code null} if unknown
	 */
	public @Nullable String method() {
		return this.method;
	}

	/**
	 * Returns what requests for resources of the same sort have in common, for metrics:
	 * there must be few of them.
	 * @return a text such as <code>orders:#{#id}</code>, or {@code null} if unknown
	 */
	public @Nullable String template() {
		return this.template;
	}

	@Override
	public String toString() {
		return this.type.key() + " lock on " + LockNames.quote(this.resource);
	}

	private static <T> T requireNonNull(@Nullable T value, String name) {
		if (value == null) {
			throw new IllegalArgumentException("'" + name + "' of a lock request must not be null");
		}
		return value;
	}

	/**
	 * Builds a {@link LockRequest}. Not for use by several threads at once.
	 */
	public static final class Builder {

		private final String resource;

		private final LockType type;

		private LockScope scope;

		private @Nullable Duration timeout;

		private @Nullable Duration lease;

		private @Nullable Duration minimumHold;

		private @Nullable LockOwner owner;

		private @Nullable String method;

		private @Nullable String template;

		private Builder(String resource, LockType type) {
			this.resource = LockNames.check(resource);
			this.type = type;
			this.scope = (type == LockType.DISTRIBUTED) ? LockScope.DISTRIBUTED : LockScope.CONFIGURED;
		}

		/**
		 * Sets whom the lock excludes. Default: what is configured. Read and write locks
		 * only.
		 * @param scope the scope
		 * @return this builder
		 */
		public Builder scope(LockScope scope) {
			requireNonNull(scope, "scope");
			if (this.type == LockType.DISTRIBUTED && scope != LockScope.DISTRIBUTED) {
				throw new IllegalArgumentException("'scope' of a lock request is " + scope
						+ ", which is for read and write locks only: a distributed lock excludes other processes");
			}
			this.scope = scope;
			return this;
		}

		/**
		 * Sets how long to wait. Zero or negative: try once. Default: the timeout
		 * configured for the resource, else for the kind.
		 * @param timeout the timeout
		 * @return this builder
		 */
		public Builder timeout(Duration timeout) {
			this.timeout = requireNonNull(timeout, "timeout");
			return this;
		}

		/**
		 * Sets how long the lock may be held: afterwards it is lost to the holder and
		 * free for other processes. In this process the next one still waits until the
		 * holder has closed its handle. Default: held until closed. Distributed locks
		 * only.
		 * @param lease the lease, more than zero
		 * @return this builder
		 */
		public Builder lease(Duration lease) {
			this.lease = positive(lease, "lease");
			return this;
		}

		/**
		 * Sets how long the lock stays taken at least: closing the handle earlier ends
		 * the protection of its holder, but nobody else gets the lock before the time
		 * since the grant is over, the closing owner included. For jobs that several
		 * processes start at about the same time. Default: none. Distributed locks only.
		 * @param minimumHold the time, more than zero
		 * @return this builder
		 */
		public Builder minimumHold(Duration minimumHold) {
			this.minimumHold = positive(minimumHold, "minimumHold");
			return this;
		}

		/**
		 * Sets for whom the lock is taken. Default: the current owner for a blocking
		 * call, a new owner for an asynchronous one.
		 * @param owner the owner
		 * @return this builder
		 */
		public Builder owner(LockOwner owner) {
			this.owner = requireNonNull(owner, "owner");
			return this;
		}

		/**
		 * Sets which method asks, for messages and the status.
		 * @param method a label such as {@code EpisodeStore.find}
		 * @return this builder
		 */
		public Builder method(String method) {
			this.method = requireNonNull(method, "method");
			return this;
		}

		/**
		 * Sets what requests for resources of the same sort have in common, for metrics.
		 * @param template a text such as <code>orders:#{#id}</code>
		 * @return this builder
		 */
		public Builder template(String template) {
			this.template = requireNonNull(template, "template");
			return this;
		}

		/**
		 * Builds the request.
		 * @return an immutable request
		 */
		public LockRequest build() {
			return new LockRequest(this);
		}

		private Duration positive(Duration value, String name) {
			requireNonNull(value, name);
			if (value.isNegative() || value.isZero()) {
				throw new IllegalArgumentException(
						"'" + name + "' of a lock request must be more than zero, but is " + value);
			}
			if (this.type != LockType.DISTRIBUTED) {
				throw new IllegalArgumentException("'" + name + "' is for distributed locks only: a " + this.type.key()
						+ " lock is held until it is closed");
			}
			return value;
		}

	}

}
