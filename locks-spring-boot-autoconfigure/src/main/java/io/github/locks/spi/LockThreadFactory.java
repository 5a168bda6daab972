package io.github.locks.spi;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes the threads of the lock manager and its backends: daemons, with a name that tells
 * what they do. They inherit nothing from the caller that happens to need one first:
 * neither thread-locals nor the context class loader, which is that of this library. Safe
 * for use by several threads.
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
		Thread thread = new Thread(null, task, this.prefix + this.number.incrementAndGet(), 0, false);
		thread.setDaemon(true);
		thread.setContextClassLoader(LockThreadFactory.class.getClassLoader());
		return thread;
	}

}
