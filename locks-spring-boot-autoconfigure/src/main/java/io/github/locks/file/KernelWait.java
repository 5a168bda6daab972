package io.github.locks.file;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileLockInterruptionException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.ReleaseWatch;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Waits in the kernel for a lock file, on a thread of its own, so that whoever wants the
 * lock can turn away at any moment. While it waits it has claimed the file, so this JVM
 * has nothing on it that would be lost when an interrupt closes the channel.
 *
 * <pre>
 *   WAITING ---> GRANTED ---> TAKEN    by the thread that waits; by who wanted the lock
 *      \            \
 *       \------------\------> ENDED    by who turned away; by the thread, if it cannot wait
 * </pre>
 */
final class KernelWait implements ReleaseWatch, Runnable {

	private static final Log logger = LogFactory.getLog(KernelWait.class);

	/** How long somebody spins who was woken while the lock was arriving. */
	private static final long SPIN_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

	private static final long POLL_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

	/** As long as that the kernel is not asked again whether it lets it wait. */
	private static final int POLLS = 20;

	/**
	 * The states.
	 */
	private enum State {

		WAITING, GRANTED, TAKEN, ENDED

	}

	private final FileLockBackend backend;

	private final String file;

	private final LeaseRequest request;

	private final Runnable wakeUp;

	private final Object claim = new Object();

	private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

	/** Written before the state says so. */
	private volatile @Nullable FileLease lease;

	/** When others were told last that somebody waits. */
	private volatile long hinted;

	/** Whether the kernel has given its lock, but the state does not say so yet. */
	private volatile boolean arriving;

	/** Polls that are left since the kernel refused, seeing a deadlock that is none. */
	private int polls;

	/** Who may be interrupted. */
	@GuardedBy("this")
	private @Nullable Thread blocked;

	KernelWait(FileLockBackend backend, String file, LeaseRequest request, Runnable wakeUp) {
		this.backend = backend;
		this.file = file;
		this.request = request;
		this.wakeUp = wakeUp;
	}

	@Override
	public void run() {
		try {
			while (isWaiting() && !tryToWait()) {
				LockSupport.parkNanos(this, POLL_NANOS);
			}
		}
		catch (IOException | RuntimeException | InternalError ex) {
			// Who wants the lock will ask, and be told by the failure of that.
		}
		finally {
			stopWaiting();
			if (this.state.get() != State.TAKEN) {
				this.wakeUp.run();
			}
		}
	}

	private void stopWaiting() {
		if (this.state.compareAndSet(State.WAITING, State.ENDED)) {
			this.backend.waitEnded(this.file, this);
		}
	}

	/** Returns whether the thread has nothing to do any more. */
	private boolean tryToWait() throws IOException {
		if (!this.backend.claim(this.file, this.claim)) {
			return false;
		}
		FileLease granted = null;
		try {
			KernelLock lock = lock();
			if (lock != null) {
				this.arriving = true;
				wakeUpEarly();
			}
			granted = (lock != null) ? this.backend.grant(this.request, this.file, lock, this.claim) : null;
		}
		finally {
			if (granted == null) {
				this.backend.endClaim(this.file, this.claim);
				this.arriving = false;
			}
		}
		if (granted != null) {
			this.lease = granted;
			boolean wanted = this.state.compareAndSet(State.WAITING, State.GRANTED);
			this.arriving = false;
			if (!wanted) {
				this.backend.release(granted);
			}
		}
		return granted != null;
	}

	/**
	 * It takes as long to wake who wants the lock as to note all about it. If it fails it
	 * must not get in the way of that; it is done once more at the end.
	 */
	private void wakeUpEarly() {
		try {
			this.wakeUp.run();
		}
		catch (Throwable ex) {
			logger.debug("Who waits for a lock could not be told that it arrives", ex);
		}
	}

	/** Blocks, unless the kernel does not want that. */
	private @Nullable KernelLock lock() throws IOException {
		if (this.polls > 0 || !becomeInterruptible()) {
			this.polls--;
			return this.backend.files().tryLock(this.file, this.request.type(), System.nanoTime());
		}
		try {
			return this.backend.files().lock(this.file, this.request.type());
		}
		catch (ClosedChannelException | FileLockInterruptionException ex) {
			return null;
		}
		catch (IOException ex) {
			this.polls = POLLS;
			return null;
		}
		finally {
			becomeUninterruptible();
		}
	}

	private synchronized boolean becomeInterruptible() {
		this.blocked = isWaiting() ? Thread.currentThread() : null;
		return this.blocked != null;
	}

	private synchronized void becomeUninterruptible() {
		this.blocked = null;
		Thread.interrupted();
	}

	/** Makes the thread look again which file is in the place. */
	synchronized void interrupt() {
		if (this.blocked != null) {
			this.blocked.interrupt();
		}
	}

	boolean isWaiting() {
		return this.state.get() == State.WAITING;
	}

	String file() {
		return this.file;
	}

	void hinted(long nanos) {
		this.hinted = nanos;
	}

	long hinted() {
		return this.hinted;
	}

	/** What the kernel has given, to who has asked for it. */
	Optional<Lease> take(LeaseRequest asked) {
		boolean same = asked.type() == this.request.type();
		long start = System.nanoTime();
		while (same && this.arriving && System.nanoTime() - start < SPIN_NANOS) {
			Thread.onSpinWait();
		}
		return (same && this.state.compareAndSet(State.GRANTED, State.TAKEN)) ? Optional.ofNullable(this.lease)
				: Optional.empty();
	}

	@Override
	public boolean isPrompt() {
		return isWaiting();
	}

	@Override
	public void close() {
		State last = this.state.getAndUpdate((current) -> (current != State.TAKEN) ? State.ENDED : current);
		this.backend.waitEnded(this.file, this);
		if (last == State.WAITING) {
			interrupt();
		}
		else if (last == State.GRANTED && this.lease != null) {
			this.backend.release(this.lease);
		}
	}

}
