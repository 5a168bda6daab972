package io.github.locks.file;

import java.io.IOException;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.LockThreadFactory;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The thread of a lock directory: removes lock files that are not used any more, and what
 * a crash has left behind.
 */
final class FileHousekeeping {

	private static final Log logger = LogFactory.getLog(FileHousekeeping.class);

	/** Lock files that were not used for so long are removed. */
	private static final Duration IDLE_INTERVAL = Duration.ofSeconds(1);

	private static final Duration SWEEP_INTERVAL = Duration.ofSeconds(30);

	private static final Duration SWEEP_MIN_AGE = Duration.ofSeconds(10);

	private static final int SWEEP_LIMIT = 1000;

	private static final Pattern PERISHABLE = Pattern.compile("[0-9a-f]{64}\\.lock");

	private final FileLockBackend backend;

	private final LockDirectory directory;

	private final PictureFiles pictures;

	private final ScheduledThreadPoolExecutor thread;

	FileHousekeeping(FileLockBackend backend, LockDirectory directory, PictureFiles pictures) {
		this.backend = backend;
		this.directory = directory;
		this.pictures = pictures;
		this.thread = new ScheduledThreadPoolExecutor(1, new LockThreadFactory("files"));
		this.thread.setRemoveOnCancelPolicy(true);
	}

	void start() {
		this.thread.scheduleWithFixedDelay(guarded(() -> removeIdle(IDLE_INTERVAL)), IDLE_INTERVAL.toMillis(),
				IDLE_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
		this.thread.scheduleWithFixedDelay(guarded(() -> sweep(SWEEP_MIN_AGE)), 0, SWEEP_INTERVAL.toMillis(),
				TimeUnit.MILLISECONDS);
	}

	/** Stops the thread, after a last attempt at what is left. */
	void close() {
		this.thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
		this.thread.shutdown();
		boolean interrupted = false;
		try {
			this.thread.awaitTermination(2, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			interrupted = true;
		}
		removeIdle(Duration.ZERO);
		guarded(() -> sweep(SWEEP_MIN_AGE)).run();
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	private void removeIdle(Duration unused) {
		this.backend.files().forEachIdle(unused.toNanos(), (file) -> guarded(() -> this.backend.clean(file)).run());
	}

	private void sweep(Duration minAge) throws IOException {
		Instant newest = Instant.now().minus(minAge);
		for (String name : this.directory.list((name) -> isAbandoned(name, newest), SWEEP_LIMIT)) {
			guarded(() -> this.backend.clean(name.substring(0, name.lastIndexOf('.')))).run();
		}
		this.pictures.sweep(newest);
	}

	/** Only files that a backend has named: the directory may be home to others too. */
	private boolean isAbandoned(String name, Instant newest) {
		if (!PERISHABLE.matcher(name).matches()) {
			return false;
		}
		try {
			BasicFileAttributes attributes = this.directory.attributes(name);
			return attributes != null && attributes.isRegularFile()
					&& attributes.lastModifiedTime().toInstant().isBefore(newest)
					&& !this.backend.isClaimed(name.substring(0, name.lastIndexOf('.')));
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static Runnable guarded(IoTask task) {
		return () -> {
			try {
				task.run();
			}
			catch (IOException | RuntimeException | InternalError ex) {
				logger.debug("Housekeeping of the lock directory failed and will be tried again", ex);
			}
		};
	}

	/**
	 * A task that may fail, with no harm.
	 */
	private interface IoTask {

		void run() throws IOException;

	}

}
