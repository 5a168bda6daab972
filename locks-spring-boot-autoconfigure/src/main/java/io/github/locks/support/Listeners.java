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

	Listeners(List<LockListener> listeners) {
		this.listeners = listeners;
	}

	boolean isEmpty() {
		return this.listeners.isEmpty();
	}

	void onEvent(LockEvent event) {
		if (!this.listeners.isEmpty()) {
			tell((listener) -> listener.onEvent(event), event.operation());
		}
	}

	void onWaiting(LockRequest request, LockOwner owner) {
		if (!this.listeners.isEmpty()) {
			tell((listener) -> listener.onWaiting(request, owner), "waiting");
		}
	}

	void onDeadlock(Deadlock deadlock) {
		tell((listener) -> listener.onDeadlock(deadlock), "a deadlock");
	}

	private void tell(Consumer<LockListener> message, Object about) {
		for (LockListener listener : this.listeners) {
			try {
				message.accept(listener);
			}
			catch (Throwable ex) {
				SafeLog.warn(logger, "A lock listener failed on " + about + "; the lock is not affected", ex);
			}
		}
	}

}
