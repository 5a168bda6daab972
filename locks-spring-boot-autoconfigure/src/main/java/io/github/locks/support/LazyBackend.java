package io.github.locks.support;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import io.github.locks.LockBackendException;
import io.github.locks.LockManagerClosedException;
import io.github.locks.LockType;
import io.github.locks.spi.LockBackend;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * A backend that is opened by who needs it first, once, unless it was closed before.
 */
final class LazyBackend {

	private static final Log logger = LogFactory.getLog(LazyBackend.class);

	private final Supplier<? extends LockBackend> factory;

	private final Runnable whenOpened;

	private final ReentrantLock opening = new ReentrantLock();

	private volatile @Nullable LockBackend opened;

	private boolean refusing;

	LazyBackend(Supplier<? extends LockBackend> factory, Runnable whenOpened) {
		this.factory = factory;
		this.whenOpened = whenOpened;
	}

	LockBackend get() {
		LockBackend current = this.opened;
		return (current != null) ? current : open();
	}

	@Nullable LockBackend opened() {
		return this.opened;
	}

	/** From now on the backend is not opened any more. */
	synchronized void refuse() {
		this.refusing = true;
	}

	void close() {
		LockBackend current = this.opened;
		if (current != null) {
			close(current);
		}
	}

	private static void close(LockBackend backend) {
		try {
			backend.close();
		}
		catch (Throwable ex) {
			throw unchecked("was not closed cleanly", null, ex);
		}
	}

	/**
	 * What the caller of a backend gets to see: a checked exception, which other
	 * languages may throw anywhere, is wrapped, and so is the error that tells of a
	 * failing memory-mapped file.
	 */
	static RuntimeException unchecked(String what, @Nullable String resource, Throwable failure) {
		if (failure instanceof Error error && !(failure instanceof InternalError)) {
			throw error;
		}
		if (failure instanceof RuntimeException unchecked) {
			return unchecked;
		}
		return new LockBackendException("The backend of the distributed locks " + what + ": " + failure, resource,
				LockType.DISTRIBUTED, failure);
	}

	private LockBackend open() {
		this.opening.lock();
		try {
			LockBackend current = this.opened;
			if (current == null) {
				current = create();
				publish(current);
			}
			return current;
		}
		finally {
			this.opening.unlock();
		}
	}

	private LockBackend create() {
		try {
			return this.factory.get();
		}
		catch (Throwable ex) {
			throw unchecked("cannot be used", null, ex);
		}
	}

	/** Makes a backend known, unless the manager was closed in the meantime. */
	private void publish(LockBackend current) {
		boolean late;
		synchronized (this) {
			late = this.refusing;
			if (!late) {
				this.opened = current;
			}
		}
		if (late) {
			close(current);
			throw new LockManagerClosedException(
					"The backend of the distributed locks is closed: the lock manager was closed.", null, null, null);
		}
		SafeLog.info(logger, "Distributed locks are kept by " + current);
		this.whenOpened.run();
	}

}
