package io.github.locks.file;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.github.locks.spi.LockThreadFactory;
import io.github.locks.spi.ReleaseWatch;
import org.jspecify.annotations.Nullable;

/**
 * The threads that wait in the kernel, one for each file that somebody in this process
 * waits for, up to a number: whoever comes later polls. They end a second after their
 * last wait.
 */
final class KernelWaits implements AutoCloseable {

	private static final int MOST_THREADS = 64;

	private final Map<String, KernelWait> waits = new ConcurrentHashMap<>();

	private final ThreadPoolExecutor threads = new ThreadPoolExecutor(0, MOST_THREADS, 1, TimeUnit.SECONDS,
			new SynchronousQueue<>(), new LockThreadFactory("waits"));

	ReleaseWatch start(KernelWait wait) {
		if (this.waits.putIfAbsent(wait.file(), wait) != null) {
			return ReleaseWatch.NONE;
		}
		try {
			this.threads.execute(wait);
			return wait;
		}
		catch (RejectedExecutionException | OutOfMemoryError ex) {
			wait.close();
			return ReleaseWatch.NONE;
		}
	}

	@Nullable KernelWait find(String file) {
		return this.waits.get(file);
	}

	void remove(String file, KernelWait wait) {
		this.waits.remove(file, wait);
	}

	@Override
	public void close() {
		this.threads.shutdown();
		this.waits.values().forEach(KernelWait::close);
	}

}
