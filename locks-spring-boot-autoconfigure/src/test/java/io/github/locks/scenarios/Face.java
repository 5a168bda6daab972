package io.github.locks.scenarios;

import java.util.Optional;

import io.github.locks.LockHandle;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockType;

/**
 * One way to ask a {@link io.github.locks.LockManager} for a read or write lock. The
 * scenarios are written for this interface, once.
 */
interface Face {

	/** Asks; the claim returned may have to wait. */
	Claim acquire(LockRequest.Builder request, LockOwner owner);

	/** Asks and does not wait: gets the lock now, or not at all. */
	Optional<LockHandle> tryAcquire(LockRequest.Builder request, LockOwner owner);

	/** Asks with the timeout of the request, in the calling thread. */
	Optional<LockHandle> acquireInTime(LockRequest.Builder request, LockOwner owner);

	/** Passes {@code null} in place of the request. */
	void acquireNull();

	/**
	 * Tries to end a hold without being the one who has it, and checks that this is
	 * refused where the face has a way to say so.
	 * @param held a claim that was granted
	 */
	void releaseAsStranger(Claim held, LockType type, String resource);

	/**
	 * Asks for a free lock when the one who asks has been told to stop already, and
	 * checks what that means for the face. Nothing is held afterwards.
	 */
	void acquireWhenStopped(LockRequest.Builder request, LockOwner owner);

	/** Whether what {@link Claim#cancel()} does ends a hold too. */
	boolean isHoldEndedByCancel();

	/** The text that stands for a claim in a log, or the empty text if there is none. */
	String describe(Claim claim);

}
