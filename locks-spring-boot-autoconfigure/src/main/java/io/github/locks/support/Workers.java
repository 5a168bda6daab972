package io.github.locks.support;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.github.locks.spi.LockThreadFactory;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a lock manager. One keeps the time and runs only what never blocks; the
 * others are made as needed, so that a callback that blocks delays nobody else.
 */
final class Workers implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(Workers.class);

	private static final long KEEP_ALIVE_SECONDS = 10;

	private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1,
			new LockThreadFactory("timer"));

	private final ExecutorService workers = new ThreadPoolExecutor(0, Integer.MAX_VALUE, KEEP_ALIVE_SECONDS,
			TimeUnit.SECONDS, new SynchronousQueue<>(), new LockThreadFactory("worker"));

	Workers() {
		this.timer.setRemoveOnCancelPolicy(true);
		this.timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
	}

	/** Runs a task soon; by the caller if the workers were closed. */
	void execute(Runnable task) {
		Runnable guarded = guarded(task);
		try {
			this.workers.execute(guarded);
		}
		catch (RejectedExecutionException ex) {
			guarded.run();
		}
		catch (OutOfMemoryError ex) {
			// No thread could be made. Late is better than never: somebody may wait for
			// it.
			SafeLog.warn(logger, "No thread for a task of the lock manager, it runs on the timer: " + ex.getMessage(),
					null);
			this.timer.execute(guarded);
		}
	}

	/**
	 * Runs a task on the timer, which it must not block.
	 * @return what cancels it, or {@code null} if the timer was stopped and it will not
	 * run
	 */
	@Nullable Future<?> schedule(Runnable task, long delayNanos) {
		try {
			return this.timer.schedule(guarded(task), delayNanos, TimeUnit.NANOSECONDS);
		}
		catch (RejectedExecutionException ex) {
			return null;
		}
	}

	/** Runs a task again and again on the timer, which it must not block. */
	void repeat(Runnable task, long intervalNanos) {
		try {
			this.timer.scheduleWithFixedDelay(guarded(task), intervalNanos, intervalNanos, TimeUnit.NANOSECONDS);
		}
		catch (RejectedExecutionException ex) {
			// the timer was stopped: there is nothing left to do
		}
	}

	@Override
	public void close() {
		this.timer.shutdown();
		this.workers.shutdown();
	}

	private static Runnable guarded(Runnable task) {
		return () -> {
			try {
				task.run();
			}
			catch (Throwable ex) {
				SafeLog.error(logger, "A task of the lock manager failed", ex);
			}
		};
	}

}
