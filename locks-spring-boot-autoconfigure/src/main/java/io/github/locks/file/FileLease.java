package io.github.locks.file;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.locks.LockType;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;

/**
 * A lock file that this process has locked.
 *
 * @param resource name of the resource
 * @param type how it is locked
 * @param file name of the lock file
 * @param open the only channel of this JVM on the file
 * @param lock the kernel's lock
 * @param fencingToken the token
 * @param previousHolderCrashed whether an exclusive holder died without giving it back
 * @param markedAt the place of its mark, see {@link CrashMarks}
 * @param claim what keeps other users in this JVM away from the file
 * @param released whether it was given back
 */
record FileLease(String resource, LockType type, String file, OpenFile open, KernelLock lock, long fencingToken,
		boolean previousHolderCrashed, int markedAt, Object claim, AtomicBoolean released) implements Lease {

	/** How soon the removal of a lock file is noticed. */
	private static final Duration WATCH_INTERVAL = Duration.ofMillis(500);

	@Override
	public Duration renewalInterval() {
		return WATCH_INTERVAL;
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

	/** The lease of somebody else in its place. */
	FileLease successor(LeaseRequest request, KernelLock now, long token) {
		int mark = request.type().isExclusive() ? this.markedAt : CrashMarks.NOWHERE;
		return new FileLease(this.resource, request.type(), this.file, this.open, now, token, false, mark, this.claim,
				new AtomicBoolean());
	}

}
