package io.github.locks.aop;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Waits for futures that cannot call back. Each one that is not done yet takes a daemon
 * thread, so methods had better return a {@code CompletableFuture}.
 */
final class FutureWatcher {

	private static final int IDLE_SECONDS = 10;

	private final ExecutorService threads;

	FutureWatcher() {
		CustomizableThreadFactory factory = new CustomizableThreadFactory("locks-future-");
		factory.setDaemon(true);
		this.threads = new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS,
				new SynchronousQueue<>(), factory);
	}

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
