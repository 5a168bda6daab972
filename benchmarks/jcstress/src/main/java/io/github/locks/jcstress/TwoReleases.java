package io.github.locks.jcstress;

import io.github.locks.LockType;
import io.github.locks.local.Acquisition;
import io.github.locks.local.FairLock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * Of two releases of one hold one has an effect.
 */
@JCStressTest
@Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "the first")
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "the second")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "what the lock must not allow")
@State
public class TwoReleases {

	private final FairLock lock = new FairLock("a", 0);

	private final Acquisition held = Requests.prepare(this.lock, LockType.WRITE);

	public TwoReleases() {
		Requests.take(this.lock, this.held);
	}

	@Actor
	public void one(ZZ_Result result) {
		result.r1 = this.lock.release(this.held);
	}

	@Actor
	public void two(ZZ_Result result) {
		result.r2 = this.lock.release(this.held);
	}

}
