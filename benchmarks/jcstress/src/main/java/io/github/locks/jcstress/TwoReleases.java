package io.github.locks.jcstress;

import io.github.locks.LockType;
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

	private final FairLock lock = new FairLock("a", 0, 0);

	private final Request held = new Request(this.lock, LockType.WRITE);

	public TwoReleases() {
		this.held.take();
	}

	@Actor
	public void one(ZZ_Result result) {
		result.r1 = this.held.release();
	}

	@Actor
	public void two(ZZ_Result result) {
		result.r2 = this.held.release();
	}

}
