package io.github.locks.aop;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.github.locks.spi.LockThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Waits for futures that cannot call back. Each one that is not done yet takes a daemon
 * thread, however many there are: one that had to queue would keep its locks for longer.
 * So methods had better return a {@code CompletableFuture}. Threads without a future to
 * wait for end soon; there is nothing to shut down.
 */
final class FutureWatcher {

	private static final int IDLE_SECONDS = 2;

	private final Executor threads = new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS,
			new SynchronousQueue<>(), new LockThreadFactory("future"));

	/**
	 * Ends the held future when the work has ended.
	 */
	void watch(Future<?> work, HeldFuture held) {
		if (work.isDone()) {
			await(work, held);
		}
		else {
			this.threads.execute(() -> await(work, held));
		}
	}

	/** Whatever {@code get} throws, a foreign one anything, is an end of the work. */
	private static void await(Future<?> work, HeldFuture held) {
		try {
			held.end(get(work), null);
		}
		catch (ExecutionException ex) {
			held.end(null, (ex.getCause() != null) ? ex.getCause() : ex);
		}
		catch (Throwable ex) {
			held.end(null, ex);
		}
	}

	/**
	 * Waits whatever happens: the lock is for the work, not for who watches it.
	 */
	private static @Nullable Object get(Future<?> work) throws ExecutionException {
		boolean interrupted = false;
		try {
			while (true) {
				try {
					return work.get();
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

}
