package io.github.locks.aop;

import java.util.ArrayList;
import java.util.List;

import io.github.locks.LockException;
import io.github.locks.LockHandle;
import io.github.locks.LockLostException;
import io.github.locks.LockManager;
import io.github.locks.LockNames;
import io.github.locks.LockOwner;
import io.github.locks.Locks;
import org.jspecify.annotations.Nullable;

/**
 * The locks that one call holds: gives them back together, and sees to it that a lost
 * lock is noticed. Closing is safe from any thread and may be repeated; adding is for the
 * thread that acquires, before others see the object.
 */
final class HeldLocks implements TransactionLocks.Kept {

	private final String label;

	private final List<MethodLock> locks;

	private final List<LockHandle> handles;

	/**
	 * Creates an object without locks.
	 * @param label the method as messages name it
	 * @param size how many locks are to come
	 */
	HeldLocks(String label, int size) {
		this.label = label;
		this.locks = new ArrayList<>(size);
		this.handles = new ArrayList<>(size);
	}

	/**
	 * Takes the locks of a plan in its order, all or none.
	 * @param owner for whom, or {@code null} for the current owner
	 * @throws LockRefusal if one of them could not be had
	 */
	static HeldLocks acquire(LockManager manager, LockedMethod method, List<PlannedLock> plan,
			@Nullable LockOwner owner) {
		HeldLocks held = new HeldLocks(method.label(), plan.size());
		for (int i = 0; i < plan.size(); i++) {
			PlannedLock planned = plan.get(i);
			try {
				held.add(planned, manager.acquire((owner != null) ? planned.request(owner) : planned.request()));
			}
			catch (LockException ex) {
				held.giveBackUnused();
				throw new LockRefusal(planned, ex);
			}
			catch (Throwable ex) {
				held.giveBackUnused();
				throw ex;
			}
		}
		return held;
	}

	void add(PlannedLock planned, LockHandle handle) {
		this.locks.add(planned.lock());
		this.handles.add(handle);
	}

	/**
	 * Returns the fencing token of a lock.
	 * @return the token, or 0 if the lock was not taken
	 */
	long tokenOf(MethodLock lock) {
		int index = this.locks.indexOf(lock);
		return (index >= 0) ? this.handles.get(index).fencingToken() : 0;
	}

	/**
	 * Makes the locks the current ones of the calling thread.
	 */
	LockOwner.Scope enter() {
		if (this.handles.size() == 1) {
			return Locks.enter(this.handles.get(0));
		}
		List<LockOwner.Scope> scopes = this.handles.stream().map(Locks::enter).toList();
		return () -> {
			for (int i = scopes.size() - 1; i >= 0; i--) {
				scopes.get(i).close();
			}
		};
	}

	/**
	 * Makes the locks the current ones of the calling thread, and lets it act for their
	 * owner.
	 */
	LockOwner.Scope enterAsOwner() {
		LockOwner.Scope scope = enter();
		if (isEmpty()) {
			return scope;
		}
		LockOwner.Scope ownerScope = owner().carry();
		return () -> {
			ownerScope.close();
			scope.close();
		};
	}

	boolean isEmpty() {
		return this.handles.isEmpty();
	}

	/**
	 * Returns for whom the locks are held. There must be at least one.
	 */
	LockOwner owner() {
		return this.handles.get(0).owner();
	}

	List<LockHandle> handles() {
		return List.copyOf(this.handles);
	}

	/**
	 * Returns the locks whose loss is to stop the work.
	 */
	List<LockHandle> interrupting() {
		if (this.locks.stream().noneMatch((lock) -> lock.declaration().interrupt())) {
			return List.of();
		}
		List<LockHandle> interrupting = new ArrayList<>();
		for (int i = 0; i < this.handles.size(); i++) {
			if (this.locks.get(i).declaration().interrupt()) {
				interrupting.add(this.handles.get(i));
			}
		}
		return interrupting;
	}

	/**
	 * Gives the locks back after their work succeeded.
	 * @throws LockLostException if one was lost in between
	 */
	void afterSuccess() {
		try {
			checkHeld();
		}
		finally {
			close();
		}
	}

	/**
	 * Gives the locks back after their work failed. What goes wrong here is added to the
	 * failure, and never hides it.
	 */
	void afterFailure(Throwable failure) {
		addLoss(failure);
		try {
			close();
		}
		catch (RuntimeException ex) {
			if (ex != failure) {
				failure.addSuppressed(ex);
			}
		}
	}

	/**
	 * Adds the loss of a lock to the failure of the work under it.
	 */
	void addLoss(Throwable failure) {
		if (failure instanceof LockLostException) {
			return;
		}
		try {
			checkHeld();
		}
		catch (LockLostException ex) {
			failure.addSuppressed(ex);
		}
	}

	/**
	 * Gives the locks back after their work has ended in one way or the other.
	 * @return why the call failed, or {@code null} if it succeeded
	 */
	@Nullable Throwable afterEnd(@Nullable Throwable failure) {
		try {
			if (failure == null) {
				afterSuccess();
			}
			else {
				afterFailure(failure);
			}
			return failure;
		}
		catch (RuntimeException | Error ex) {
			return ex;
		}
	}

	/**
	 * Makes sure that no lock was lost.
	 * @throws LockLostException if one was
	 */
	@Override
	public void checkHeld() {
		for (int i = 0; i < this.handles.size(); i++) {
			if (this.handles.get(i).isLost()) {
				throw lost(this.handles.get(i), null);
			}
		}
	}

	LockLostException lost(LockHandle handle, @Nullable Throwable cause) {
		return new LockLostException("The " + handle.type().key() + " lock on " + LockNames.quote(handle.resource())
				+ " was lost while " + this.label + " ran under it, so others may have worked on the resource "
				+ "at the same time. Check what this call has done. If it ran longer than its lease, raise the "
				+ "lease; let the store refuse writes with an older fencing token than " + handle.fencingToken() + ".",
				handle.resource(), handle.type(), cause);
	}

	/**
	 * Gives all locks back, the last one first.
	 */
	@Override
	public void close() {
		if (this.handles.size() == 1) {
			this.handles.get(0).close();
			return;
		}
		LastFirst.end(this.handles, LockHandle::close);
	}

	/**
	 * Gives all locks back, without a minimum hold: no work has been done under them.
	 */
	void giveBackUnused() {
		LastFirst.end(this.handles, LockHandle::closeNow);
	}

}
