package io.github.locks.sample;

import io.github.locks.event.LockDeadlockEvent;
import io.github.locks.event.LockLostEvent;
import io.github.locks.event.LockTimeoutEvent;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Tells the operator what went wrong with locks: here in the log, elsewhere in a message.
 * Listeners run on a thread of their own and may take their time.
 */
@Component
class LockAlerts {

	private static final Log log = LogFactory.getLog(LockAlerts.class);

	@EventListener
	void on(LockTimeoutEvent event) {
		log.warn("Too busy: " + event);
	}

	@EventListener
	void on(LockLostEvent event) {
		log.warn("Too slow: " + event);
	}

	@EventListener
	void on(LockDeadlockEvent event) {
		log.warn("Stuck: " + event.deadlock());
	}

}
