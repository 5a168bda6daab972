package io.github.locks.statistics;

import io.github.locks.LockOwner;
import io.github.locks.LockType;
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

	private static final LockOwner OWNER = LockOwner.create("o");

	private final HoldCell cell = new HoldCell(2);

	@Actor
	public void hold() {
		this.cell.entered(LockType.WRITE, OWNER, null, 10);
		this.cell.left(LockType.WRITE, 10, 20);
		this.cell.entered(LockType.WRITE, OWNER, null, 30);
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
