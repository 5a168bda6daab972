package io.github.locks.jdbc;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.github.locks.spi.LockThreadFactory;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Has the rows of unused locks removed from time to time, by processes that use locks.
 */
final class LockPurge implements AutoCloseable {

	static final int MOST_LOCKS = 1000;

	private static final Log logger = LogFactory.getLog(LockPurge.class);

	private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(10);

	private final JdbcLeaseStore store;

	private final AtomicLong lastNanos = new AtomicLong(System.nanoTime());

	private final ThreadPoolExecutor thread = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS,
			new LinkedBlockingQueue<>(1), new LockThreadFactory("jdbc-purge"));

	LockPurge(JdbcLeaseStore store) {
		this.store = store;
		this.thread.allowCoreThreadTimeOut(true);
	}

	/** Called often. */
	void soon() {
		long last = this.lastNanos.get();
		long now = System.nanoTime();
		if (now - last >= PAUSE_NANOS && this.lastNanos.compareAndSet(last, now)) {
			try {
				this.thread.execute(this::run);
			}
			catch (RejectedExecutionException ex) {
				logger.debug("Rows of unused locks stay until later", ex);
			}
		}
	}

	private void run() {
		try {
			this.store.purge();
		}
		catch (RuntimeException ex) {
			logger.debug("Rows of unused locks stay until later", ex);
		}
	}

	@Override
	public void close() {
		this.thread.shutdown();
	}

}
