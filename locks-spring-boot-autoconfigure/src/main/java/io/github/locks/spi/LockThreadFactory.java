package io.github.locks.spi;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes the threads of the lock manager and its backends: daemons, with a name that tells
 * what they do. Safe for use by several threads.
 */
public final class LockThreadFactory implements ThreadFactory {

	private final AtomicInteger number = new AtomicInteger();

	private final String prefix;

	/**
	 * Creates a factory.
	 * @param purpose what the threads do; they are named {@code locks-purpose-1}, ...
	 */
	public LockThreadFactory(String purpose) {
		this.prefix = "locks-" + purpose + "-";
	}

	@Override
	public Thread newThread(Runnable task) {
		Thread thread = new Thread(task, this.prefix + this.number.incrementAndGet());
		thread.setDaemon(true);
		return thread;
	}

}
