package io.github.locks.scenarios;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReadWriteLock;

import io.github.locks.LockException;
import io.github.locks.LockHandle;
import io.github.locks.LockInterruptedException;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.LockType;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Threads that wait. A claim is a thread that carries its owner, takes the lock, and
 * gives it back when it is told to. To cancel is to interrupt.
 */
final class BlockingFace implements Face {

	private final LockManager locks;

	BlockingFace(LockManager locks) {
		this.locks = locks;
	}

	@Override
	public Claim acquire(LockRequest.Builder request, LockOwner owner) {
		return new ThreadClaim(this.locks, request.build(), owner, false);
	}

	@Override
	public Optional<LockHandle> tryAcquire(LockRequest.Builder request, LockOwner owner) {
		try (LockOwner.Scope scope = owner.carry()) {
			return this.locks.tryAcquire(request.build());
		}
	}

	@Override
	public Optional<LockHandle> acquireInTime(LockRequest.Builder request, LockOwner owner) {
		try (LockOwner.Scope scope = owner.carry()) {
			return Optional.of(this.locks.acquire(request.build()));
		}
		catch (LockTimeoutException ex) {
			return Optional.empty();
		}
	}

	@Override
	public void acquireNull() {
		this.locks.acquire(null);
	}

	/**
	 * The handle is with its holder: all that a stranger can call is {@code unlock()}.
	 */
	@Override
	public void releaseAsStranger(Claim held, LockType type, String resource) {
		ReadWriteLock view = this.locks.readWriteLock(resource);
		Lock side = (type == LockType.READ) ? view.readLock() : view.writeLock();
		assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(side::unlock);
		try (LockOwner.Scope scope = held.awaitGranted().owner().carry()) {
			side.lock();
		}
		assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(side::unlock);
		try (LockOwner.Scope scope = held.awaitGranted().owner().carry()) {
			side.unlock();
			assertThatExceptionOfType(IllegalMonitorStateException.class).isThrownBy(side::unlock);
		}
	}

	@Override
	public void acquireWhenStopped(LockRequest.Builder request, LockOwner owner) {
		ThreadClaim claim = new ThreadClaim(this.locks, request.build(), owner, true);
		claim.awaitCancelled();
	}

	@Override
	public boolean isHoldEndedByCancel() {
		return false;
	}

	@Override
	public String describe(Claim claim) {
		return "";
	}

	private static final class ThreadClaim implements Claim {

		private final CompletableFuture<LockHandle> granted = new CompletableFuture<>();

		private final CountDownLatch end = new CountDownLatch(1);

		private final Thread thread;

		private volatile boolean interruptedAtTheEnd;

		ThreadClaim(LockManager locks, LockRequest request, LockOwner owner, boolean interrupted) {
			this.thread = new Thread(() -> {
				if (interrupted) {
					Thread.currentThread().interrupt();
				}
				try (LockOwner.Scope scope = owner.carry(); LockHandle handle = locks.acquire(request)) {
					this.granted.complete(handle);
					awaitEnd();
				}
				catch (Throwable ex) {
					this.interruptedAtTheEnd = Thread.currentThread().isInterrupted();
					this.granted.completeExceptionally(ex);
				}
			}, "claim of " + owner.name());
			this.thread.setDaemon(true);
			this.thread.start();
		}

		private void awaitEnd() {
			boolean interrupted = false;
			while (this.end.getCount() > 0) {
				try {
					this.end.await();
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}

		@Override
		public LockHandle awaitGranted() {
			return Bounded.value(this.granted);
		}

		@Override
		public LockException awaitFailed() {
			return Bounded.failure(this.granted, LockException.class);
		}

		@Override
		public boolean isSettled() {
			return this.granted.isDone();
		}

		@Override
		public void cancel() {
			this.thread.interrupt();
		}

		@Override
		public void awaitCancelled() {
			Bounded.failure(this.granted, LockInterruptedException.class);
			assertThat(this.interruptedAtTheEnd).as("interrupt flag").isTrue();
		}

		@Override
		public void disturb() {
			LockSupport.unpark(this.thread);
		}

		@Override
		public void release() {
			this.end.countDown();
			try {
				this.thread.join(TimeUnit.SECONDS.toMillis(Bounded.BOUND.toSeconds()));
			}
			catch (InterruptedException ex) {
				throw new AssertionError(ex);
			}
			assertThat(this.thread.isAlive()).as("thread is stuck").isFalse();
		}

	}

}
