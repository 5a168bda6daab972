package io.github.locks.local;

import java.util.HashMap;
import java.util.Map;

import io.github.locks.LockOwner;
import org.jspecify.annotations.Nullable;

/**
 * How often each owner is inside a lock. A hold that is alone, as most are, is only
 * remembered; the table is for several. Guarded by the lock's mutex.
 */
final class Holds {

	private final Map<LockOwner, Count> byOwner = new HashMap<>(4);

	/** The first hold, as long as the table is empty. */
	private @Nullable Acquisition sole;

	private final Count total = new Count(null);

	/** All holds of all owners. */
	Count total() {
		return this.total;
	}

	/** The holds that a request of this owner may join: its own and its ancestors'. */
	Count family(LockOwner owner) {
		if (this.total.all() == 0) {
			return Count.NONE;
		}
		Acquisition alone = this.sole;
		if (alone != null) {
			return isFamily(owner, alone.owner()) ? this.total : Count.NONE;
		}
		if (owner.parent() == null) {
			return this.byOwner.getOrDefault(owner, Count.NONE);
		}
		Count family = new Count(null);
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
	 * @return the hold that it is nested in, or {@code null} if it is the first one of
	 * its family
	 */
	@Nullable Acquisition add(Acquisition acquisition) {
		this.total.add(acquisition.isExclusive(), 1);
		if (this.total.all() == 1) {
			this.sole = acquisition;
			return null;
		}
		Acquisition alone = this.sole;
		if (alone != null) {
			this.sole = null;
			addToTable(alone);
		}
		return addToTable(acquisition);
	}

	private @Nullable Acquisition addToTable(Acquisition acquisition) {
		Acquisition outer = outermost(acquisition.owner());
		this.byOwner.computeIfAbsent(acquisition.owner(), (owner) -> new Count((outer != null) ? outer : acquisition))
			.add(acquisition.isExclusive(), 1);
		return outer;
	}

	private @Nullable Acquisition outermost(LockOwner owner) {
		for (@Nullable
		LockOwner member = owner; member != null; member = member.parent()) {
			Count count = this.byOwner.get(member);
			if (count != null) {
				return count.first;
			}
		}
		return null;
	}

	void remove(Acquisition acquisition) {
		this.total.add(acquisition.isExclusive(), -1);
		if (this.sole == acquisition) {
			this.sole = null;
			return;
		}
		this.byOwner.computeIfPresent(acquisition.owner(), (owner, count) -> {
			count.add(acquisition.isExclusive(), -1);
			return (count.all() == 0) ? null : count;
		});
	}

	static boolean isFamily(LockOwner owner, LockOwner holder) {
		for (@Nullable
		LockOwner member = owner; member != null; member = member.parent()) {
			if (member.equals(holder)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * A number of shared and exclusive holds.
	 */
	static final class Count {

		static final Count NONE = new Count(null);

		/** Whose fencing token is that of the others too. */
		private final @Nullable Acquisition first;

		private int shared;

		private int exclusive;

		Count(@Nullable Acquisition first) {
			this.first = first;
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

		private void add(boolean isExclusive, int number) {
			if (isExclusive) {
				this.exclusive += number;
			}
			else {
				this.shared += number;
			}
		}

	}

}
