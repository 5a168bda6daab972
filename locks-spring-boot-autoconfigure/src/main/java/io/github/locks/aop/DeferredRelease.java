package io.github.locks.aop;

/**
 * Decides who gives back the locks of a call that a thread makes.
 */
interface DeferredRelease {

	/** Locks are given back when the call is over. */
	DeferredRelease NEVER = new DeferredRelease() {

		@Override
		public boolean isDue() {
			return false;
		}

		@Override
		public boolean takeOver(HeldLocks held) {
			return false;
		}

	};

	/**
	 * Whether locks that the calling thread takes now have to be held longer than the
	 * call.
	 */
	boolean isDue();

	/**
	 * Takes over the release of locks if it is due.
	 * @param held the locks
	 * @return whether the locks will be given back later, and not by the caller
	 */
	boolean takeOver(HeldLocks held);

}
