package io.github.locks.jcstress;

import java.util.concurrent.TimeUnit;

import io.github.locks.LockType;
import io.github.locks.local.Acquisition;
import io.github.locks.local.FairLock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * A release just before the waiting thread parks wakes it.
 */
@JCStressTest
@Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "awake")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "what the lock must not allow")
@State
public class ReleaseBeforePark {

	private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);

	private final FairLock lock = new FairLock("a", 0, 0);

	private final Acquisition held = Requests.ask(this.lock, LockType.WRITE);

	private final Acquisition waiting = Requests.ask(this.lock, LockType.WRITE);

	@Actor
	public void await(Z_Result result) {
		this.waiting.await(PATIENCE, false);
		result.r1 = this.waiting.isGranted();
	}

	@Actor
	public void release() {
		this.lock.release(this.held);
	}

}
