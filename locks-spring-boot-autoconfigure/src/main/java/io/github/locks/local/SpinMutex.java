package io.github.locks.local;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * A mutex for critical sections of some hundred nanoseconds: who finds it taken spins,
 * then yields, then naps, but never stands in a queue to be woken, which would cost more
 * than any of these sections. Not reentrant, not fair.
 */
class SpinMutex {

	private static final VarHandle TAKEN;

	private static final int SPINS = (Runtime.getRuntime().availableProcessors() > 1) ? 64 : 0;

	private static final int YIELDS = SPINS + 256;

	private static final long NAP_NANOS = 20_000;

	static {
		try {
			TAKEN = MethodHandles.lookup().findVarHandle(SpinMutex.class, "taken", boolean.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private volatile boolean taken;

	final void lock() {
		if (!TAKEN.compareAndSet(this, false, true)) {
			lockContended();
		}
	}

	private void lockContended() {
		for (int attempt = 0; this.taken || !TAKEN.compareAndSet(this, false, true); attempt++) {
			pause(attempt);
		}
	}

	/**
	 * Waits for somebody who needs some nanoseconds, unless it has lost its processor.
	 * @param attempt how often the caller has waited for it already
	 */
	@SuppressWarnings("ThreadPriorityCheck") // a hint: who is waited for may need this
												// processor
	static void pause(int attempt) {
		if (attempt < SPINS) {
			Thread.onSpinWait();
		}
		else if (attempt < YIELDS) {
			Thread.yield();
		}
		else {
			LockSupport.parkNanos(NAP_NANOS);
		}
	}

	final void unlock() {
		TAKEN.setRelease(this, false);
	}

}
