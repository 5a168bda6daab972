package io.github.locks.support;

import java.time.Duration;
import java.util.Map;

import io.github.locks.LockRequest;
import io.github.locks.LockScope;
import io.github.locks.LockType;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a lock manager.
 */
record LockSettings(Map<LockType, Duration> timeouts, ResourceRules resources, LockScope scope,
		LocalHandOver localHandOver, Duration deadlockCheckInterval, Duration deadlockThreshold,
		DeadlockPolicy deadlockPolicy, Duration idleEviction, Duration shutdownTimeout) {

	private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 2);

	Duration timeoutOf(LockRequest request) {
		Duration timeout = request.timeout();
		if (timeout == null) {
			timeout = this.resources.find(request.resource(), ResourceSettings::timeout);
		}
		return (timeout != null) ? timeout : this.timeouts.getOrDefault(request.type(), Duration.ZERO);
	}

	/**
	 * Whether a request for a lock that is free needs nothing but that, as far as can be
	 * told without looking the resource up.
	 */
	boolean isSurelyLocal(LockScope requested) {
		return requested == LockScope.LOCAL
				|| (requested == LockScope.CONFIGURED && this.scope == LockScope.LOCAL && !this.resources.haveScopes());
	}

	/** Whether other processes are to be excluded too. */
	boolean needsLease(LockRequest request) {
		if (request.scope() != LockScope.CONFIGURED) {
			return request.scope() == LockScope.DISTRIBUTED;
		}
		LockScope configured = this.resources.find(request.resource(), ResourceSettings::scope);
		return ((configured != null) ? configured : this.scope) == LockScope.DISTRIBUTED;
	}

	@Nullable Duration leaseOf(LockRequest request) {
		if (request.type() != LockType.DISTRIBUTED) {
			return null;
		}
		Duration lease = request.lease();
		return (lease != null) ? lease : this.resources.find(request.resource(), ResourceSettings::lease);
	}

	@Nullable Duration minimumHoldOf(LockRequest request) {
		if (request.type() != LockType.DISTRIBUTED) {
			return null;
		}
		Duration minimumHold = request.minimumHold();
		return (minimumHold != null) ? minimumHold
				: this.resources.find(request.resource(), ResourceSettings::minimumHold);
	}

	/** Where the timeout of a request comes from, for people who want to raise it. */
	String timeoutSource(LockRequest request) {
		if (request.timeout() != null) {
			return (request.method() != null) ? "the 'timeout' attribute of the annotation on " + request.method()
					: "the timeout given by the caller";
		}
		String key = this.resources.keyOf(request.resource(), ResourceSettings::timeout);
		return (key != null) ? "'locks.resources[" + key + "].timeout'"
				: "'locks.timeout." + request.type().key() + "'";
	}

	/**
	 * A duration as nanoseconds; what is longer than 146 years is as good as for ever.
	 */
	static long nanos(Duration duration) {
		if (duration.isNegative()) {
			return 0;
		}
		return (duration.compareTo(LONGEST) > 0) ? LONGEST.toNanos() : duration.toNanos();
	}

}
