package io.github.locks.support;

import java.util.concurrent.atomic.AtomicReference;

/**
 * The life of a lock manager: OPEN, then CLOSING while holders finish, then CLOSED.
 */
final class Shutdown {

	/**
	 * The phases.
	 */
	private enum Phase {

		OPEN, CLOSING, CLOSED

	}

	private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.OPEN);

	/** Returns whether this call began it. */
	boolean begin() {
		return this.phase.compareAndSet(Phase.OPEN, Phase.CLOSING);
	}

	void complete() {
		this.phase.set(Phase.CLOSED);
	}

	boolean isOpen() {
		return this.phase.get() == Phase.OPEN;
	}

	boolean isClosing() {
		return this.phase.get() == Phase.CLOSING;
	}

	boolean isClosed() {
		return this.phase.get() == Phase.CLOSED;
	}

}
