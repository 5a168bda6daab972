package io.github.locks.autoconfigure;

import io.github.locks.LockManager;
import io.github.locks.support.DefaultLockManager;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * Closes the lock manager after the web server has stopped to take requests and before
 * the first bean is destroyed, so that work under a lock can still be finished. A context
 * that is only stopped or paused keeps its locks: it may be started again. A manager that
 * was replaced or wrapped is left alone; what is wrapped is closed when it is destroyed.
 */
final class LockManagerLifecycle implements SmartLifecycle {

	/** After the graceful shutdown (- 1024) and the stop (- 2048) of the web server. */
	static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 4096;

	private final LockManager lockManager;

	private final ConfigurableApplicationContext context;

	private volatile boolean running;

	LockManagerLifecycle(LockManager lockManager, ConfigurableApplicationContext context) {
		this.lockManager = lockManager;
		this.context = context;
	}

	@Override
	public void start() {
		this.running = true;
	}

	@Override
	public void stop() {
		this.running = false;
		if (this.context.isClosed() && this.lockManager instanceof DefaultLockManager closeable) {
			closeable.close();
		}
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
