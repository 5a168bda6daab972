package io.github.locks.aop;

import java.util.Comparator;

import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockType;

/**
 * One lock that one call is to take.
 *
 * @param lock the lock of the method
 * @param request what to ask for, without an owner
 */
record PlannedLock(MethodLock lock, LockRequest request) {

	/**
	 * The order in which all calls take their locks, so that they cannot wait for each
	 * other in a circle. Distributed locks come first: waiting for them takes longest,
	 * and should not keep others from local locks. To write comes before to read, for the
	 * case that two templates of a method give one name.
	 */
	static final Comparator<PlannedLock> ORDER = Comparator
		.comparing((PlannedLock planned) -> planned.request().type() != LockType.DISTRIBUTED)
		.thenComparing((planned) -> planned.request().resource())
		.thenComparing((planned) -> planned.request().type() == LockType.READ);

	/**
	 * Returns the request for a given owner, rather than the current one.
	 */
	LockRequest request(LockOwner owner) {
		return this.lock.request(this.request.resource()).owner(owner).build();
	}

}
