package io.github.locks.jcstress;

import io.github.locks.LockType;
import io.github.locks.local.FairLock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Who takes a lock sees what was written before it was given back.
 */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "not yet free")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "taken over")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "what the lock must not allow")
@State
public class ReleasePublishes {

	private final FairLock lock = new FairLock("a", 0, 0);

	private final Request held = new Request(this.lock, LockType.WRITE);

	private final Request next = new Request(this.lock, LockType.WRITE);

	private int value;

	public ReleasePublishes() {
		this.held.take();
	}

	@Actor
	public void release() {
		this.value = 1;
		this.held.release();
	}

	@Actor
	public void take(II_Result result) {
		if (this.next.take()) {
			result.r1 = 1;
			result.r2 = this.value;
		}
	}

}
