package io.github.locks;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A lock was not granted in time. The message names the holders, the position in the
 * queue, and the setting to raise.
 */
public class LockTimeoutException extends LockException {

	private final Duration timeout;

	private final transient List<LockHolder> holders;

	private final int position;

	/**
	 * Creates the exception.
	 * @param message what happened and what to do
	 * @param resource name of the resource
	 * @param type kind of lock
	 * @param timeout how long the request was ready to wait
	 * @param holders who held the lock when the time was over, as far as known
	 * @param position the position the request had in the queue, from 1
	 */
	public LockTimeoutException(String message, String resource, LockType type, Duration timeout,
			List<LockHolder> holders, int position) {
		super(message, resource, type, null);
		this.timeout = timeout;
		this.holders = List.copyOf(holders);
		this.position = position;
	}

	/**
	 * Returns how long the request was ready to wait.
	 * @return the timeout
	 */
	public Duration timeout() {
		return this.timeout;
	}

	/**
	 * Returns who held the lock when the time was over, as far as known.
	 * @return the holders; empty after deserialization
	 */
	public List<LockHolder> holders() {
		@Nullable List<LockHolder> known = this.holders;
		return (known != null) ? known : List.of();
	}

	/**
	 * Returns the position the request had in the queue of its resource.
	 * @return the position, from 1
	 */
	public int position() {
		return this.position;
	}

}
