package io.github.locks.local;

import java.util.HashMap;
import java.util.Map;

import io.github.locks.LockOwner;
import org.jspecify.annotations.Nullable;

/**
 * How often each owner is inside a lock. Guarded by the lock's mutex.
 */
final class Holds {

	private final Map<LockOwner, Count> byOwner = new HashMap<>();

	private final Count total = new Count(0);

	boolean isEmpty() {
		return this.byOwner.isEmpty();
	}

	/** All holds of all owners. */
	Count total() {
		return this.total;
	}

	/** The holds that a request of this owner may join: its own and its ancestors'. */
	Count family(LockOwner owner) {
		if (isEmpty()) {
			return Count.NONE;
		}
		if (owner.parent() == null) {
			return this.byOwner.getOrDefault(owner, Count.NONE);
		}
		Count family = new Count(0);
		for (@Nullable
		LockOwner member = owner; member != null; member = member.parent()) {
			Count count = this.byOwner.getOrDefault(member, Count.NONE);
			family.shared += count.shared;
			family.exclusive += count.exclusive;
		}
		return family;
	}

	/**
	 * Adds a hold.
	 * @param token the fencing token of a new hold; a nested one has that of the outer
	 * @return the token of the hold
	 */
	long add(Acquisition acquisition, long token) {
		long outer = tokenOf(acquisition.owner());
		Count count = this.byOwner.computeIfAbsent(acquisition.owner(),
				(owner) -> new Count((outer != 0) ? outer : token));
		count.add(acquisition.isExclusive(), 1);
		this.total.add(acquisition.isExclusive(), 1);
		return count.token;
	}

	private long tokenOf(LockOwner owner) {
		for (@Nullable
		LockOwner member = owner; member != null; member = member.parent()) {
			Count count = this.byOwner.get(member);
			if (count != null) {
				return count.token;
			}
		}
		return 0;
	}

	void remove(Acquisition acquisition) {
		this.total.add(acquisition.isExclusive(), -1);
		this.byOwner.computeIfPresent(acquisition.owner(), (owner, count) -> {
			count.add(acquisition.isExclusive(), -1);
			return (count.all() == 0) ? null : count;
		});
	}

	/**
	 * A number of shared and exclusive holds.
	 */
	static final class Count {

		static final Count NONE = new Count(0);

		private final long token;

		private int shared;

		private int exclusive;

		Count(long token) {
			this.token = token;
		}

		int shared() {
			return this.shared;
		}

		int exclusive() {
			return this.exclusive;
		}

		int all() {
			return this.shared + this.exclusive;
		}

		private void add(boolean exclusive, int number) {
			if (exclusive) {
				this.exclusive += number;
			}
			else {
				this.shared += number;
			}
		}

	}

}
