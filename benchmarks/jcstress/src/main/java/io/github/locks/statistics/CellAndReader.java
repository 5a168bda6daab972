package io.github.locks.statistics;

import io.github.locks.LockOwner;
import io.github.locks.LockType;
import io.github.locks.local.Acquisition;
import io.github.locks.local.FairLock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;

/**
 * Who looks at a cell sees it between two holds: as many grants, releases and times as
 * belong together.
 */
@JCStressTest
@Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "nothing yet")
@Outcome(id = "1, 0, 0", expect = Expect.ACCEPTABLE, desc = "in")
@Outcome(id = "1, 1, 10", expect = Expect.ACCEPTABLE, desc = "out")
@Outcome(id = "2, 1, 10", expect = Expect.ACCEPTABLE, desc = "the next is in")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "torn")
@State
public class CellAndReader {

	private final HoldCell cell = new HoldCell(2);

	private final FairLock lock = new FairLock("a", 0);

	private final Acquisition first = prepare();

	private final Acquisition second = prepare();

	private Acquisition prepare() {
		return this.lock.prepare(LockType.WRITE, LockOwner.create("o"), null, null);
	}

	@Actor
	public void hold() {
		this.lock.tryEnter(this.first, 10);
		this.cell.entered(this.first);
		this.lock.release(this.first, 20);
		this.lock.tryEnter(this.second, 30);
		this.cell.entered(this.second);
	}

	@Actor
	public void look(JJJ_Result result) {
		HoldTally tally = new HoldTally();
		this.cell.addTo(tally, LockType.WRITE);
		result.r1 = tally.acquired;
		result.r2 = tally.released;
		result.r3 = tally.sumNanos;
	}

}
