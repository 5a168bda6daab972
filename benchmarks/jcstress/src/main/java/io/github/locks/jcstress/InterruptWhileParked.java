package io.github.locks.jcstress;

import io.github.locks.LockType;
import io.github.locks.local.Acquisition;
import io.github.locks.local.FairLock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;

/**
 * A thread that waits for a lock returns when it is interrupted.
 */
@JCStressTest(Mode.Termination)
@Outcome(id = "TERMINATED", expect = Expect.ACCEPTABLE, desc = "returned")
@Outcome(id = "STALE", expect = Expect.FORBIDDEN, desc = "waits for ever")
@State
public class InterruptWhileParked {

	private final FairLock lock = new FairLock("a", 0, 0);

	private final Acquisition held = Requests.ask(this.lock, LockType.WRITE);

	private final Acquisition waiting = Requests.ask(this.lock, LockType.WRITE);

	private volatile Thread thread;

	@Actor
	public void await() {
		this.thread = Thread.currentThread();
		this.waiting.await(Long.MAX_VALUE, true);
		Thread.interrupted();
		this.lock.giveUp(this.waiting);
	}

	@Signal
	public void interrupt() {
		while (this.thread == null) {
			Thread.onSpinWait();
		}
		this.thread.interrupt();
	}

}
