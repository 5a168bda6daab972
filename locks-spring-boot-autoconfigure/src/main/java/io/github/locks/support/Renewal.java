package io.github.locks.support;

import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.locks.spi.Lease;
import org.jspecify.annotations.Nullable;

/**
 * When and how a lease is renewed. The same for all that it is handed on to: whoever
 * comes next does not put the renewal off, however often that happens.
 */
final class Renewal {

	/**
	 * Held while the backend renews the lease, hands it over or takes it back: what is
	 * given back must not come to life again.
	 */
	private final ReentrantLock asking = new ReentrantLock();

	/** {@code null} once it was given back. */
	@GuardedBy("asking")
	private @Nullable Lease lease;

	private volatile long dueNanos;

	private volatile boolean running;

	private volatile boolean failing;

	/**
	 * Creates it.
	 * @param sinceNanos when the lease was asked for
	 */
	Renewal(Lease lease, long sinceNanos) {
		this.lease = lease;
		this.dueNanos = sinceNanos + lease.renewalInterval().toNanos();
	}

	/**
	 * Does something with the lease, unless it was given back.
	 * @return what that returns; empty if it was given back
	 */
	<T> Optional<T> ask(Function<Lease, Optional<T>> question) {
		this.asking.lock();
		try {
			Lease current = this.lease;
			return (current != null) ? question.apply(current) : Optional.empty();
		}
		finally {
			this.asking.unlock();
		}
	}

	/**
	 * Puts another lease in the place of one, unless that was given back.
	 * @param handOver returns the other one
	 * @return the other one, or {@code null} if there is none
	 */
	@Nullable Lease replace(Lease held, Function<Lease, Optional<Lease>> handOver) {
		this.asking.lock();
		try {
			if (this.lease != held) {
				return null;
			}
			Lease successor = handOver.apply(held).orElse(null);
			if (successor != null) {
				this.lease = successor;
			}
			return successor;
		}
		finally {
			this.asking.unlock();
		}
	}

	/** Nothing more is asked after this. */
	void end(Runnable giveBack) {
		this.asking.lock();
		try {
			this.lease = null;
			giveBack.run();
		}
		finally {
			this.asking.unlock();
		}
	}

	/**
	 * Begins it if it is time.
	 * @param earlyNanos how much too early it may be
	 * @return whether it is to be done
	 */
	boolean begin(long now, long earlyNanos) {
		if (this.running || now - this.dueNanos < -earlyNanos) {
			return false;
		}
		this.running = true;
		return true;
	}

	/**
	 * Ends it until the next time.
	 * @return whether it had failed before
	 */
	boolean ended(long nextNanos, boolean failed) {
		boolean before = this.failing;
		this.failing = failed;
		this.dueNanos = nextNanos;
		this.running = false;
		return before;
	}

}
