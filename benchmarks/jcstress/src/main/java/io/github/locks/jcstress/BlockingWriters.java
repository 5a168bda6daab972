package io.github.locks.jcstress;

import io.github.locks.LockHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Two threads count under the write lock, each by itself.
 */
@JCStressTest
@Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "first, second")
@Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "second, first")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "what the lock must not allow")
@State
public class BlockingWriters {

	private final String resource = Locks.newResource();

	private int value;

	@Actor
	public void one(II_Result result) {
		try (LockHandle held = Locks.MANAGER.writeLock(this.resource)) {
			result.r1 = held.isHeld() ? ++this.value : -1;
		}
	}

	@Actor
	public void two(II_Result result) {
		try (LockHandle held = Locks.MANAGER.writeLock(this.resource)) {
			result.r2 = held.isHeld() ? ++this.value : -1;
		}
	}

}
