package io.github.locks.lease;

import java.time.Duration;
import java.util.Optional;

import io.github.locks.LockType;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import org.jspecify.annotations.Nullable;

/**
 * A lock that the server keeps for this process until it runs out.
 *
 * @param resource name of the resource
 * @param type how it is locked
 * @param id what this process is called among the holders
 * @param fencingToken the token
 * @param lastToken the last of the tokens that were set aside for this process
 * @param previousHolderCrashed whether an exclusive holder let its lease run out
 * @param duration how long it lasts
 * @param contention whether others wait for it
 */
record StoredLease(String resource, LockType type, String id, long fencingToken, long lastToken,
		boolean previousHolderCrashed, Duration duration, Contention contention) implements Lease {

	private static final int RENEWALS = 3;

	LockKey key() {
		return LockKey.of(this.resource, this.type);
	}

	@Override
	public Optional<Duration> timeToLive() {
		return Optional.of(this.duration);
	}

	@Override
	public Duration renewalInterval() {
		return this.duration.dividedBy(RENEWALS);
	}

	/** The same lock for another owner of this process, if there is a token for it. */
	@Nullable StoredLease successor(LeaseRequest request) {
		return (this.fencingToken < this.lastToken) ? new StoredLease(this.resource, request.type(), this.id,
				this.fencingToken + 1, this.lastToken, false, this.duration, this.contention) : null;
	}

	/** Leases are looked up often, and no two are the same. */
	@Override
	public boolean equals(Object other) {
		return this == other;
	}

	@Override
	public int hashCode() {
		return Long.hashCode(this.fencingToken);
	}

}
