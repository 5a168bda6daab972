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
 */
record HeldLease(Lease lease, LockType type, long sinceNanos, int handedOver) {

	long ageNanos() {
		return System.nanoTime() - this.sinceNanos;
	}

}
