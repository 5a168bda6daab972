package io.github.locks.lease;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.locks.spi.LockThreadFactory;
import io.github.locks.spi.PictureFormat;
import io.github.locks.spi.ProcessPicture;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * What the processes that share a server show each other. A picture counts for a few
 * seconds, and is shown again as long as its process lives. Safe for use by several
 * threads.
 */
final class SharedPictures implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(SharedPictures.class);

	private static final Duration SHOWN = Duration.ofSeconds(6);

	private static final Duration REFRESHED = Duration.ofSeconds(2);

	private final LeaseStore store;

	private final ScheduledThreadPoolExecutor thread;

	@GuardedBy("this")
	private @Nullable ProcessPicture shown;

	@GuardedBy("this")
	private @Nullable Future<?> refresh;

	SharedPictures(LeaseStore store, LockThreadFactory threads) {
		this.store = store;
		this.thread = new ScheduledThreadPoolExecutor(1, threads);
		this.thread.setKeepAliveTime(2 * REFRESHED.toNanos(), TimeUnit.NANOSECONDS);
		this.thread.allowCoreThreadTimeOut(true);
		this.thread.setRemoveOnCancelPolicy(true);
	}

	synchronized void publish(ProcessPicture picture) throws IOException {
		if (picture.isEmpty()) {
			withdraw();
			return;
		}
		show(picture);
		this.shown = picture;
		if (this.refresh == null && !this.thread.isShutdown()) {
			this.refresh = this.thread.scheduleWithFixedDelay(this::showAgain, REFRESHED.toMillis(),
					REFRESHED.toMillis(), TimeUnit.MILLISECONDS);
		}
	}

	private synchronized void showAgain() {
		ProcessPicture current = this.shown;
		try {
			if (current != null) {
				show(current);
			}
		}
		catch (IOException | RuntimeException ex) {
			logger.debug("Other processes cannot be told who holds and waits here", ex);
		}
	}

	private void show(ProcessPicture picture) throws IOException {
		String text = Base64.getEncoder().encodeToString(PictureFormat.write(picture));
		this.store.show(picture.id(), text, SHOWN);
	}

	@GuardedBy("this")
	private void withdraw() {
		ProcessPicture last = this.shown;
		Future<?> repeated = this.refresh;
		this.shown = null;
		this.refresh = null;
		if (repeated != null) {
			repeated.cancel(false);
		}
		if (last != null) {
			this.store.hide(last.id());
		}
	}

	/** All pictures of processes that live; what cannot be read is left out. */
	List<ProcessPicture> read() {
		List<ProcessPicture> pictures = new ArrayList<>();
		for (String text : this.store.shown()) {
			try {
				PictureFormat.read(ByteBuffer.wrap(Base64.getDecoder().decode(text))).ifPresent(pictures::add);
			}
			catch (IOException | IllegalArgumentException ex) {
				logger.debug("The picture of another process cannot be read", ex);
			}
		}
		return pictures;
	}

	@Override
	public synchronized void close() {
		this.thread.shutdownNow();
		try {
			withdraw();
		}
		catch (RuntimeException ex) {
			logger.debug("What this process has shown will be forgotten soon", ex);
		}
	}

}
