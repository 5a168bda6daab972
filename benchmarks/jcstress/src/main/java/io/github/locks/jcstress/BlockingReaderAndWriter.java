package io.github.locks.jcstress;

import io.github.locks.LockHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A reader sees all that a writer wrote, or nothing of it.
 */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "before")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "after")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "what the lock must not allow")
@State
public class BlockingReaderAndWriter {

	private final String resource = Locks.newResource();

	private int first;

	private int second;

	@Actor
	public void write() {
		try (LockHandle held = Locks.MANAGER.writeLock(this.resource)) {
			this.first = held.isHeld() ? 1 : -1;
			this.second = 1;
		}
	}

	@Actor
	public void read(II_Result result) {
		try (LockHandle held = Locks.MANAGER.readLock(this.resource)) {
			result.r2 = held.isHeld() ? this.second : -1;
			result.r1 = this.first;
		}
	}

}
