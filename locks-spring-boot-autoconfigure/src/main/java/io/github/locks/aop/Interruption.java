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

	private static final ThreadLocal<@Nullable Interruption> INNERMOST = new ThreadLocal<>();

	private final Thread thread = Thread.currentThread();

	private final @Nullable Interruption outer = INNERMOST.get();

	@GuardedBy("this")
	private boolean ended;

	@GuardedBy("this")
	private @Nullable LockHandle lost;

	Interruption(List<LockHandle> handles) {
		INNERMOST.set(this);
		handles.forEach((handle) -> handle.onLost(() -> interrupt(handle)));
	}

	private synchronized void interrupt(LockHandle handle) {
		if (!this.ended) {
			this.lost = handle;
			this.thread.interrupt();
		}
	}

	/**
	 * Ends the watch and takes the interrupt back, if it was not noticed, unless a call
	 * around this one has lost its lock too.
	 * @return the lock whose loss has interrupted the thread, or {@code null}
	 */
	@Nullable LockHandle end() {
		LockHandle cause;
		synchronized (this) {
			this.ended = true;
			cause = this.lost;
		}
		if (this.outer != null) {
			INNERMOST.set(this.outer);
		}
		else {
			INNERMOST.remove();
		}
		if (cause != null) {
			Thread.interrupted();
			interruptForOuter();
		}
		return cause;
	}

	private void interruptForOuter() {
		for (Interruption around = this.outer; around != null; around = around.outer) {
			if (around.isLost()) {
				this.thread.interrupt();
			}
		}
	}

	private synchronized boolean isLost() {
		return this.lost != null;
	}

}
