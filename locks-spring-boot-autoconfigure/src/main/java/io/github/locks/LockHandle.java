package io.github.locks;

/**
 * A lock that was granted. Closing it gives the lock back; use try-with-resources.
 * <p>
 * Safe for use by several threads: a handle may be passed on and closed by any thread.
 * What was written before a lock was released is visible to who acquires it next.
 */
public interface LockHandle extends AutoCloseable {

	/**
	 * Returns the name of the locked resource.
	 * @return the name
	 */
	String resource();

	/**
	 * Returns the kind of lock.
	 * @return the kind
	 */
	LockType type();

	/**
	 * Returns for whom the lock is held. A request that names this owner, or a
	 * {@linkplain LockOwner#child(String) child} of it, enters the same lock again.
	 * @return the owner
	 */
	LockOwner owner();

	/**
	 * Returns a number that only grows with each new grant of this resource. A store that
	 * refuses smaller tokens than the largest it saw is safe from holders that lost their
	 * lock and do not know it. A nested acquisition by the same owner has the token of
	 * the outer one. Also readable after the lock was given back.
	 * @return the token, more than zero
	 */
	long fencingToken();

	/**
	 * Whether the lock is held now: not closed, not lost. Local and cheap.
	 * @return {@code true} while the lock protects its holder
	 */
	boolean isHeld();

	/**
	 * Makes sure that the lock is held now: to be called right before what must not be
	 * done without it. Local and cheap. What is done after it may still be too late, as
	 * nothing keeps a thread from being suspended in between: a storage that checks the
	 * {@linkplain #fencingToken() fencing token} is safe from that too.
	 * @throws LockLostException if the lock is not held any more
	 */
	default void assertHeld() {
		if (!isHeld()) {
			throw new LockLostException("The " + type().key() + " lock on " + LockNames.quote(resource()) + " of "
					+ LockNames.quote(owner().name())
					+ (isLost() ? " was lost, others may have it by now: end the work, or undo it."
							: " was closed before the work under it had ended."),
					resource(), type(), null);
		}
	}

	/**
	 * Whether the lock was lost before it was closed, so that others may have had it
	 * meanwhile. A lock that was closed in time was not lost, and never will be.
	 * @return {@code true} once the lock is lost, also after closing it
	 */
	boolean isLost();

	/**
	 * Whether an exclusive holder before this one is known to have died with the lock, so
	 * that what it worked on may be half done. Readers that come first are all told,
	 * until somebody has held the lock exclusively. Locks inside of the process, and
	 * backends that cannot tell, say no.
	 * @return {@code true} if the holder before did not give the lock back
	 */
	default boolean previousHolderCrashed() {
		return false;
	}

	/**
	 * Registers an action for the case that the lock is lost before it is closed: its
	 * lease ran out, or its lock file was removed. Runs once, on a thread of the lock
	 * manager; at once if the lock is lost already, never if it was closed before. A lock
	 * that only excludes others in this process is never lost.
	 * @param action what to do; exceptions it throws are logged
	 */
	void onLost(Runnable action);

	/**
	 * Gives the lock back. Has an effect once; more calls do nothing, and never release
	 * the lock of somebody else.
	 */
	@Override
	void close();

	/**
	 * Gives the lock back at once, without its minimum hold: for a holder that has not
	 * begun its work. Like {@link #close()} it has an effect once.
	 */
	default void closeNow() {
		close();
	}

}
