package io.github.locks.jcstress;

import io.github.locks.LockType;
import io.github.locks.local.Acquisition;
import io.github.locks.local.FairLock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * Who gives up while it is granted the lock has left the queue or holds the lock.
 */
@JCStressTest
@Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "left")
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "granted")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "what the lock must not allow")
@State
public class CancelAndGrant {

	private final FairLock lock = new FairLock("a", 0, 0);

	private final Acquisition held = Requests.ask(this.lock, LockType.WRITE);

	private final Acquisition waiting = Requests.ask(this.lock, LockType.WRITE);

	@Actor
	public void release() {
		this.lock.release(this.held);
	}

	@Actor
	public void cancel(ZZ_Result result) {
		result.r1 = this.lock.giveUp(this.waiting);
	}

	@Arbiter
	public void look(ZZ_Result result) {
		result.r2 = this.waiting.isGranted();
	}

}
