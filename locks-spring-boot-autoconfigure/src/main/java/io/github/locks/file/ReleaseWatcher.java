package io.github.locks.file;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.concurrent.TimeUnit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.locks.spi.LockThreadFactory;
import io.github.locks.spi.ReleaseWatch;
import io.github.locks.spi.ReleaseWatches;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Tells those of this process who wait for a lock file of another one when that is gone:
 * the system reports the removal of files, which is how a lock is given back. Nothing
 * depends on it, and no lock file is touched. Its thread lives while somebody waits, and
 * a second longer. Safe for use by several threads.
 */
final class ReleaseWatcher implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(ReleaseWatcher.class);

	private static final long IDLE_MILLIS = 1000;

	private final Path directory;

	private final ReleaseWatches watches = new ReleaseWatches();

	private final LockThreadFactory threads = new LockThreadFactory("releases");

	/** That of the thread, while there is one. */
	@GuardedBy("this")
	private @Nullable WatchService events;

	@GuardedBy("this")
	private boolean off;

	ReleaseWatcher(Path directory) {
		this.directory = directory;
	}

	ReleaseWatch watch(String file, Runnable wakeUp) {
		ReleaseWatch watch = this.watches.add(file + FileLockBackend.LOCK_SUFFIX, wakeUp);
		start();
		return watch;
	}

	private synchronized void start() {
		if (this.events != null || this.off) {
			return;
		}
		WatchService unused = null;
		try {
			WatchService opened = this.directory.getFileSystem().newWatchService();
			unused = opened;
			// One that looks every few seconds is of no use.
			this.off = opened.getClass().getSimpleName().contains("Polling");
			if (!this.off) {
				this.directory.register(opened, StandardWatchEventKinds.ENTRY_DELETE);
				this.threads.newThread(() -> run(opened)).start();
				this.events = opened;
				unused = null;
			}
		}
		catch (IOException | RuntimeException | OutOfMemoryError ex) {
			logger.debug("Removals of lock files are not reported; who waits asks again and again", ex);
		}
		finally {
			closeQuietly(unused);
		}
	}

	private void run(WatchService opened) {
		try (opened) {
			boolean more = true;
			while (more) {
				WatchKey key = opened.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
				if (key == null) {
					more = !endIfIdle(opened);
				}
				else {
					key.pollEvents().forEach(this::tell);
					more = key.reset();
				}
			}
		}
		catch (ClosedWatchServiceException | InterruptedException | IOException ex) {
			// closed, or the directory is gone: who waits asks again and again
		}
		finally {
			ended(opened);
		}
	}

	private void tell(WatchEvent<?> event) {
		if (event.kind() == StandardWatchEventKinds.OVERFLOW) {
			this.watches.tellAll();
		}
		else {
			this.watches.tell(String.valueOf(event.context()));
		}
	}

	/** Nobody comes in between: who does starts another thread. */
	private synchronized boolean endIfIdle(WatchService opened) {
		if (this.watches.isEmpty()) {
			ended(opened);
			return true;
		}
		return false;
	}

	private synchronized void ended(WatchService opened) {
		if (this.events == opened) {
			this.events = null;
		}
	}

	@Override
	public void close() {
		WatchService opened;
		synchronized (this) {
			this.off = true;
			opened = this.events;
		}
		closeQuietly(opened);
	}

	private static void closeQuietly(@Nullable WatchService opened) {
		try {
			if (opened != null) {
				opened.close();
			}
		}
		catch (IOException ex) {
			// nothing is lost
		}
	}

}
