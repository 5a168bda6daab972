package io.github.locks.aop;

import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

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

	private final List<PlannedLock> plan;

	/** Those of the first locks of the plan. */
	private final @Nullable LockHandle[] handles;

	private int size;

	/**
	 * Creates an object without locks.
	 * @param label the method as messages name it
	 * @param plan which locks are to come, in this order
	 */
	HeldLocks(String label, List<PlannedLock> plan) {
		this.label = label;
		this.plan = plan;
		this.handles = new LockHandle[plan.size()];
	}

	/**
	 * Takes the locks of a plan in its order, all or none.
	 * @param owner for whom, or {@code null} for the current owner
	 * @throws LockRefusal if one of them could not be had
	 */
	static HeldLocks acquire(LockManager manager, LockedMethod method, List<PlannedLock> plan,
			@Nullable LockOwner owner) {
		HeldLocks held = new HeldLocks(method.label(), plan);
		for (int i = 0; i < plan.size(); i++) {
			PlannedLock planned = plan.get(i);
			try {
				held.add(manager.acquire((owner != null) ? planned.request(owner) : planned.request()));
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

	/** Adds the next lock of the plan. */
	void add(LockHandle handle) {
		this.handles[this.size] = handle;
		this.size++;
	}

	/**
	 * Returns the fencing token of a lock.
	 * @return the token, or 0 if the lock was not taken
	 */
	long tokenOf(MethodLock lock) {
		for (int i = 0; i < this.size; i++) {
			if (lock(i).equals(lock)) {
				return handle(i).fencingToken();
			}
		}
		return 0;
	}

	private MethodLock lock(int index) {
		return this.plan.get(index).lock();
	}

	private LockHandle handle(int index) {
		return Objects.requireNonNull(this.handles[index]);
	}

	/**
	 * Makes the locks the current ones of the calling thread.
	 */
	LockOwner.Scope enter() {
		if (this.size == 1) {
			return Locks.enter(handle(0));
		}
		List<LockOwner.Scope> scopes = handles().stream().map(Locks::enter).toList();
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
		return this.size == 0;
	}

	/**
	 * Returns for whom the locks are held. There must be at least one.
	 */
	LockOwner owner() {
		return handle(0).owner();
	}

	List<LockHandle> handles() {
		return IntStream.range(0, this.size).mapToObj(this::handle).toList();
	}

	/**
	 * Returns the locks whose loss is to stop the work.
	 */
	List<LockHandle> interrupting() {
		return IntStream.range(0, this.size)
			.filter((index) -> lock(index).declaration().interrupt())
			.mapToObj(this::handle)
			.toList();
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
		for (int i = 0; i < this.size; i++) {
			if (handle(i).isLost()) {
				throw lost(handle(i), null);
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
		if (this.size == 1) {
			handle(0).close();
			return;
		}
		LastFirst.end(handles(), LockHandle::close);
	}

	/**
	 * Gives all locks back, without a minimum hold: no work has been done under them.
	 */
	void giveBackUnused() {
		LastFirst.end(handles(), LockHandle::closeNow);
	}

}
