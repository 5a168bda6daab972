package io.github.locks.aop;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import io.github.locks.LockType;

/**
 * The locks that one transaction holds until it has ended. They belong to one owner, who
 * stands for the transaction: calls in it are made by that owner or by its descendants.
 * Each lock is kept once, however many calls in the transaction take it.
 * <p>
 * Safe for use by several threads, as the calls of a reactive transaction may run at
 * once.
 */
final class TransactionLocks {

	private final LockOwner owner;

	@GuardedBy("this")
	private final List<Kept> kept = new ArrayList<>();

	@GuardedBy("this")
	private boolean ended;

	/**
	 * What covers a lock, as long as it is held: whoever runs under it may give it back.
	 */
	@GuardedBy("this")
	private final Map<Covered, LockHandle> covered = new HashMap<>();

	TransactionLocks(LockOwner owner) {
		this.owner = owner;
	}

	LockOwner owner() {
		return this.owner;
	}

	/**
	 * Whether an owner acts in the name of the transaction.
	 */
	boolean isOwnedBy(LockOwner other) {
		for (LockOwner current = other; current != null; current = current.parent()) {
			if (current.equals(this.owner)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Returns for whom a call of the calling thread in the transaction takes its locks:
	 * the current owner if it acts in the name of the transaction, else one that does.
	 */
	LockOwner caller() {
		LockOwner current = LockOwner.current();
		return isOwnedBy(current) ? current : this.owner.nested(LockedMethod.nextCall(current.name()));
	}

	/**
	 * Lets the calling thread act in the name of the transaction.
	 */
	LockOwner.Scope enter() {
		LockOwner caller = caller();
		return caller.equals(LockOwner.current()) ? () -> {
		} : caller.carry();
	}

	/**
	 * Returns what the transaction does not hold yet.
	 */
	synchronized List<PlannedLock> missing(List<PlannedLock> plan) {
		List<PlannedLock> missing = new ArrayList<>();
		for (PlannedLock planned : plan) {
			String resource = planned.request().resource();
			LockType type = planned.request().type();
			boolean written = type == LockType.READ && isCovered(LockType.WRITE, resource);
			if (!written && !isCovered(type, resource)) {
				missing.add(planned);
			}
		}
		return missing;
	}

	@GuardedBy("this")
	private boolean isCovered(LockType type, String resource) {
		LockHandle handle = this.covered.get(new Covered(type, resource));
		return handle != null && handle.isHeld();
	}

	/**
	 * Takes for the transaction what it does not hold yet of the locks of a call that the
	 * calling thread makes.
	 * @return whether the call is to give its own holds back when it is over; not if it
	 * is made by the owner of the transaction, and the transaction is to keep its holds
	 * @throws LockRefusal if a lock could not be had
	 */
	boolean takeMissing(LockManager manager, LockedMethod method, List<PlannedLock> plan) {
		List<PlannedLock> missing = missing(plan);
		if (missing.size() == plan.size() && this.owner.equals(LockOwner.current())) {
			return false;
		}
		take(manager, method, missing);
		return true;
	}

	/**
	 * Takes locks for the transaction; none if it has ended meanwhile.
	 * @param missing what it does not hold yet
	 * @throws LockRefusal if a lock could not be had
	 */
	void take(LockManager manager, LockedMethod method, List<PlannedLock> missing) {
		if (!missing.isEmpty()) {
			HeldLocks held = HeldLocks.acquire(manager, method, missing, this.owner);
			if (!keepHeld(held)) {
				held.giveBackUnused();
			}
		}
	}

	/**
	 * Keeps locks until the transaction has ended.
	 * @return {@code false} if it has ended already, and whoever took them is to give
	 * them back
	 */
	boolean keepHeld(HeldLocks locks) {
		boolean kept = keep(locks);
		if (kept) {
			cover(locks);
		}
		return kept;
	}

	/**
	 * Keeps locks until the transaction has ended, or {@link #forget} is called.
	 * @return {@code false} if it has ended already
	 */
	synchronized boolean keep(Kept locks) {
		return !this.ended && this.kept.add(locks);
	}

	/**
	 * Does not keep locks any more, which were given back early.
	 */
	synchronized void forget(Kept locks) {
		this.kept.remove(locks);
	}

	/**
	 * Remembers that the transaction holds locks.
	 */
	synchronized void cover(HeldLocks locks) {
		for (LockHandle handle : locks.handles()) {
			this.covered.put(new Covered(handle.type(), handle.resource()), handle);
		}
	}

	synchronized boolean hasEnded() {
		return this.ended;
	}

	/**
	 * Makes sure that no lock was lost.
	 * @throws io.github.locks.LockLostException if one was
	 */
	void checkHeld() {
		snapshot().forEach(Kept::checkHeld);
	}

	/**
	 * The transaction has ended: gives all locks back, the last one first, and keeps no
	 * more.
	 */
	void close() {
		List<Kept> last;
		synchronized (this) {
			this.ended = true;
			last = snapshot();
			this.kept.clear();
			this.covered.clear();
		}
		LastFirst.end(last, Kept::close);
	}

	private synchronized List<Kept> snapshot() {
		return List.copyOf(this.kept);
	}

	/**
	 * Locks to give back together.
	 */
	interface Kept {

		void checkHeld();

		void close();

	}

	private record Covered(LockType type, String resource) {

	}

}
