package io.github.locks.support;

import java.time.Duration;
import java.util.Map;

import io.github.locks.LockRequest;
import io.github.locks.LockType;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a lock manager.
 */
record LockSettings(Map<LockType, Duration> timeouts, Map<String, ResourceSettings> resources,
		Duration deadlockCheckInterval, Duration deadlockThreshold, DeadlockPolicy deadlockPolicy,
		Duration idleEviction, Duration shutdownTimeout) {

	private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 2);

	Duration timeoutOf(LockRequest request) {
		Duration timeout = request.timeout();
		if (timeout == null) {
			timeout = settingsOf(request).timeout();
		}
		return (timeout != null) ? timeout : this.timeouts.getOrDefault(request.type(), Duration.ZERO);
	}

	@Nullable Duration leaseOf(LockRequest request) {
		Duration lease = request.lease();
		return (lease != null) ? lease : settingsOf(request).lease();
	}

	/** Where the timeout of a request comes from, for people who want to raise it. */
	String timeoutSource(LockRequest request) {
		if (request.timeout() != null) {
			return (request.method() != null) ? "the 'timeout' attribute of the annotation on " + request.method()
					: "the timeout given by the caller";
		}
		if (settingsOf(request).timeout() != null) {
			return "'locks.resources[" + request.resource() + "].timeout'";
		}
		return "'locks.timeout." + request.type().key() + "'";
	}

	private ResourceSettings settingsOf(LockRequest request) {
		return this.resources.getOrDefault(request.resource(), ResourceSettings.NONE);
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

	/**
	 * The settings of one resource; {@code null} where it has none of its own.
	 */
	record ResourceSettings(@Nullable Duration timeout, @Nullable Duration lease) {

		static final ResourceSettings NONE = new ResourceSettings(null, null);

	}

}
