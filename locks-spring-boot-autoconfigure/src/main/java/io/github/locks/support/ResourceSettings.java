package io.github.locks.support;

import java.time.Duration;

import io.github.locks.LockScope;
import org.jspecify.annotations.Nullable;

/**
 * What is different for one resource, or for all resources whose names begin alike.
 * Immutable; begin with {@link #DEFAULTS}.
 *
 * @param timeout how long requests wait that do not say, or {@code null} for the default
 * of their kind; zero: do not wait
 * @param lease how long a distributed lock is held at most by requests that do not say,
 * or {@code null} for as long as the holder lives
 * @param minimumHold how long a distributed lock stays taken at least by requests that do
 * not say, or {@code null} for no longer than it is held
 * @param scope whom read and write locks exclude whose requests do not say, or
 * {@code null} for the default
 */
public record ResourceSettings(@Nullable Duration timeout, @Nullable Duration lease, @Nullable Duration minimumHold,
		@Nullable LockScope scope) {

	/** Nothing is different. */
	public static final ResourceSettings DEFAULTS = new ResourceSettings(null, null, null, null);

	/**
	 * Refuses what makes no sense.
	 */
	public ResourceSettings {
		if (timeout != null) {
			DefaultLockManagerBuilder.notNegative(timeout, "timeout");
		}
		if (lease != null) {
			DefaultLockManagerBuilder.positive(lease, "lease");
		}
		if (minimumHold != null) {
			DefaultLockManagerBuilder.positive(minimumHold, "minimumHold");
		}
		if (scope != null) {
			DefaultLockManagerBuilder.configurable(scope);
		}
	}

	/**
	 * Returns these settings with another timeout.
	 * @param timeout how long to wait, or {@code null} for the default of the kind
	 * @return new settings
	 */
	public ResourceSettings withTimeout(@Nullable Duration timeout) {
		return new ResourceSettings(timeout, this.lease, this.minimumHold, this.scope);
	}

	/**
	 * Returns these settings with another lease.
	 * @param lease how long to hold at most, or {@code null} for no limit
	 * @return new settings
	 */
	public ResourceSettings withLease(@Nullable Duration lease) {
		return new ResourceSettings(this.timeout, lease, this.minimumHold, this.scope);
	}

	/**
	 * Returns these settings with another minimum hold.
	 * @param minimumHold how long the lock stays taken at least, or {@code null} for no
	 * longer than it is held
	 * @return new settings
	 */
	public ResourceSettings withMinimumHold(@Nullable Duration minimumHold) {
		return new ResourceSettings(this.timeout, this.lease, minimumHold, this.scope);
	}

	/**
	 * Returns these settings with another scope of read and write locks.
	 * @param scope whom they exclude, or {@code null} for the default
	 * @return new settings
	 */
	public ResourceSettings withScope(@Nullable LockScope scope) {
		return new ResourceSettings(this.timeout, this.lease, this.minimumHold, scope);
	}

}
