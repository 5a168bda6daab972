package io.github.locks.support;

import java.util.List;
import java.util.function.Consumer;

import io.github.locks.Deadlock;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.spi.LockEvent;
import io.github.locks.spi.LockListener;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Tells the listeners. Whatever they do, their caller goes on.
 */
final class Listeners {

	private static final Log logger = LogFactory.getLog(Listeners.class);

	private final List<LockListener> listeners;

	/** Those that are told of locks that nobody waited for, and of all releases. */
	private final List<LockListener> followers;

	Listeners(List<LockListener> listeners) {
		this.listeners = List.copyOf(listeners);
		this.followers = this.listeners.stream().filter(LockListener::followsHolds).toList();
	}

	/** Whether anybody wants to be told of each lock that is acquired and released. */
	boolean followHolds() {
		return !this.followers.isEmpty();
	}

	void onEvent(LockEvent event) {
		List<LockListener> told = switch (event.operation()) {
			case ACQUIRED -> event.waited() ? this.listeners : this.followers;
			case RELEASED -> this.followers;
			default -> this.listeners;
		};
		tell(told, (listener) -> listener.onEvent(event), event.operation());
	}

	void onWaiting(LockRequest request, LockOwner owner) {
		if (!this.listeners.isEmpty()) {
			tell(this.listeners, (listener) -> listener.onWaiting(request, owner), "waiting");
		}
	}

	void onDeadlock(Deadlock deadlock) {
		tell(this.listeners, (listener) -> listener.onDeadlock(deadlock), "a deadlock");
	}

	private static void tell(List<LockListener> told, Consumer<LockListener> message, Object about) {
		for (LockListener listener : told) {
			try {
				message.accept(listener);
			}
			catch (Throwable ex) {
				SafeLog.warn(logger, "A lock listener failed on " + about + "; the lock is not affected", ex);
			}
		}
	}

}
