package io.github.locks.annotation;

/**
 * What happens to an annotated call when its lock is lost while it runs. Whatever is
 * chosen, the call ends with {@link io.github.locks.LockLostException}, never with a
 * silent success.
 */
public enum OnLost {

	/** Let the method run to its end, then fail. */
	FAIL,

	/**
	 * Stop the work: interrupt the thread that runs the method, cancel the future or the
	 * subscription that it returned, or cancel the coroutine.
	 */
	INTERRUPT

}
