package io.github.locks.aop;

import java.util.List;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.locks.LockHandle;
import org.jspecify.annotations.Nullable;

/**
 * Interrupts the thread that created it when one of its locks is lost. A loss may come at
 * any time, so the monitor decides: after {@link #end} the thread is never interrupted,
 * because by then it may work for somebody else.
 */
final class Interruption {

	private final Thread thread = Thread.currentThread();

	@GuardedBy("this")
	private boolean ended;

	@GuardedBy("this")
	private @Nullable LockHandle lost;

	Interruption(List<LockHandle> handles) {
		handles.forEach((handle) -> handle.onLost(() -> interrupt(handle)));
	}

	private synchronized void interrupt(LockHandle handle) {
		if (!this.ended) {
			this.lost = handle;
			this.thread.interrupt();
		}
	}

	/**
	 * Ends the watch and takes the interrupt back, if it was not noticed.
	 * @return the lock whose loss has interrupted the thread, or {@code null}
	 */
	@Nullable LockHandle end() {
		LockHandle cause;
		synchronized (this) {
			this.ended = true;
			cause = this.lost;
		}
		if (cause != null) {
			Thread.interrupted();
		}
		return cause;
	}

}
