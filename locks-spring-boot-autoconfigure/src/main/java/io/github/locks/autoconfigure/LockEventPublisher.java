package io.github.locks.autoconfigure;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.github.locks.Deadlock;
import io.github.locks.event.LockDeadlockEvent;
import io.github.locks.event.LockLostEvent;
import io.github.locks.event.LockTimeoutEvent;
import io.github.locks.spi.LockEvent;
import io.github.locks.spi.LockListener;
import io.github.locks.spi.LockThreadFactory;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Publishes what goes wrong with locks as application events, from a thread of its own
 * that only lives while there is something to publish. Listeners of the application may
 * be slow, throw, or take locks themselves: neither a lock nor the end of the context
 * waits for them. What they cannot keep up with is dropped and counted. What their own
 * locks give rise to on that thread is not published: a listener that fails to get the
 * lock it is told of would be told of that, without end.
 */
final class LockEventPublisher implements LockListener, DisposableBean {

	private static final Log logger = LogFactory.getLog(LockEventPublisher.class);

	private static final int CAPACITY = 1_000;

	private static final long KEEP_ALIVE_SECONDS = 10;

	private final ApplicationEventPublisher publisher;

	private final AtomicLong dropped = new AtomicLong();

	/** Set on the thread that publishes. */
	private final ThreadLocal<@Nullable Boolean> publishing = new ThreadLocal<>();

	private final ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, KEEP_ALIVE_SECONDS, TimeUnit.SECONDS,
			new ArrayBlockingQueue<>(CAPACITY), new LockThreadFactory("events"), (event, pool) -> dropped());

	LockEventPublisher(ApplicationEventPublisher publisher) {
		this.publisher = publisher;
		this.executor.allowCoreThreadTimeOut(true);
	}

	@Override
	public boolean followsHolds() {
		return false;
	}

	@Override
	public void onEvent(LockEvent event) {
		switch (event.operation()) {
			case TIMEOUT -> {
				if (!event.isBusy()) {
					publish(new LockTimeoutEvent(event.resource(), event.type(), event.owner(), event.method(),
							event.template(), Duration.ofNanos(event.waitNanos())));
				}
			}
			case LOST -> publish(new LockLostEvent(event.resource(), event.type(), event.owner(), event.method(),
					event.template(), Duration.ofNanos(event.holdNanos())));
			default -> {
			}
		}
	}

	@Override
	public void onDeadlock(Deadlock deadlock) {
		publish(new LockDeadlockEvent(deadlock));
	}

	private void publish(Object event) {
		if (this.publishing.get() == null) {
			this.executor.execute(() -> deliver(event));
		}
	}

	private void deliver(Object event) {
		this.publishing.set(true);
		try {
			this.publisher.publishEvent(event);
		}
		catch (Throwable ex) {
			failed(event, ex);
		}
		finally {
			this.publishing.remove();
		}
	}

	/** After the end of the context it is no wonder that nobody takes an event. */
	private void failed(Object event, Throwable failure) {
		if (!this.executor.isShutdown()) {
			logger.warn("An application listener failed on " + event, failure);
		}
	}

	private void dropped() {
		if (this.dropped.getAndIncrement() == 0 && !this.executor.isShutdown()) {
			logger.warn("Application events of locks are dropped, as their listeners are too slow: more than "
					+ CAPACITY + " wait");
		}
	}

	/** How many events no listener has got. */
	long droppedEvents() {
		return this.dropped.get();
	}

	@Override
	public void destroy() {
		this.executor.shutdownNow();
	}

}
