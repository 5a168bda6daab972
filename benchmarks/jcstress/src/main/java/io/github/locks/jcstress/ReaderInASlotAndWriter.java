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
 * A reader in a slot and a writer are never inside together.
 */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "before, or the writer had to go")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "after")
@Outcome(id = "-1, -1", expect = Expect.ACCEPTABLE, desc = "the reader had to go")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "what the lock must not allow")
@State
public class ReaderInASlotAndWriter {

	private final FairLock lock = Requests.lockWithSlots();

	private final Request reader = new Request(this.lock, LockType.READ);

	private final Request writer = new Request(this.lock, LockType.WRITE);

	private int first;

	private int second;

	@Actor
	public void read(II_Result result) {
		if (this.reader.take()) {
			result.r2 = this.second;
			result.r1 = this.first;
			this.reader.release();
		}
		else {
			result.r1 = -1;
			result.r2 = -1;
		}
	}

	@Actor
	public void write() {
		if (this.writer.take()) {
			this.first = 1;
			this.second = 1;
			this.writer.release();
		}
	}

}
