package io.github.locks.annotation;

/**
 * What happens to an annotated call when its lock is lost while it runs. Whatever is
 * chosen, the call never ends with a silent success: it fails with
 * {@link io.github.locks.LockLostException}, or with what the method itself has thrown,
 * which then has the loss among its suppressed exceptions.
 */
public enum OnLost {

	/** Let the method run to its end, then fail. */
	FAIL,

	/**
	 * Stop the work: interrupt the thread that runs the method, cancel the future or the
	 * subscription that it returned, or cancel the coroutine. What the method throws
	 * after that is the cause of the {@link io.github.locks.LockLostException}.
	 */
	INTERRUPT

}
