package io.github.locks.support;

import io.github.locks.LockType;
import io.github.locks.spi.Lease;

/**
 * A lease that this process has.
 *
 * @param lease the lease
 * @param type what it was asked for
 * @param sinceNanos since when this process has it, whoever of it held it before
 * @param handedOver how often it was handed on since
 * @param validity how long it is valid, the same for all that it is handed on to
 * @param renewal how it is renewed, the same for all that it is handed on to
 */
record HeldLease(Lease lease, LockType type, long sinceNanos, int handedOver, Validity validity, Renewal renewal) {

	/**
	 * A lease that comes from the backend.
	 * @param sinceNanos when it was asked for
	 */
	static HeldLease granted(Lease lease, LockType type, long sinceNanos, Validity validity) {
		return new HeldLease(lease, type, sinceNanos, 0, validity, new Renewal(lease, sinceNanos));
	}

	/** The lease of another owner of this process that comes in its place. */
	HeldLease handedOn(Lease successor, LockType to) {
		return new HeldLease(successor, to, this.sinceNanos, this.handedOver + 1, this.validity, this.renewal);
	}

	/** The lease of the readers that comes in place of that of their writer. */
	HeldLease downgraded(Lease shared) {
		return new HeldLease(shared, LockType.READ, System.nanoTime(), 0, this.validity, this.renewal);
	}

	long ageNanos() {
		return System.nanoTime() - this.sinceNanos;
	}

}
