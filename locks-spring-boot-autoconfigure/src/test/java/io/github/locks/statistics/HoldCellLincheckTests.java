package io.github.locks.statistics;

import io.github.locks.Interleavings;
import io.github.locks.LockOwner;
import io.github.locks.LockType;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whoever looks at a {@link HoldCell} sees it as it was between two of the holds, however
 * its holders write meanwhile.
 */
@Tag("lincheck")
@Timeout(600)
class HoldCellLincheckTests {

	@Test
	void countsAreNeverTorn() {
		Interleavings.check(Cell.class, Cell.class, 2, 4);
	}

	/**
	 * One thread at a time takes the place and gives it back, others look. It is its own
	 * specification.
	 */
	public static class Cell {

		private static final LockOwner OWNER = LockOwner.create("o");

		private final HoldCell cell = new HoldCell(2);

		private boolean taken;

		private int holds;

		@Operation(nonParallelGroup = "holder")
		public void enter() {
			if (!this.taken) {
				this.taken = true;
				this.cell.entered(LockType.READ, OWNER, null, 10L * ++this.holds);
			}
		}

		@Operation(nonParallelGroup = "holder")
		public void leave() {
			if (this.taken) {
				this.taken = false;
				this.cell.left(LockType.READ, this.holds, 11L * this.holds);
			}
		}

		/** The newest is that which may be written over at any moment. */
		@Operation
		public String lookAtTheLast() {
			return this.cell.last(1)
				.stream()
				.map((hold) -> hold.grantedNanos() + " to " + hold.releasedNanos())
				.toList()
				.toString();
		}

		@Operation
		public String look() {
			HoldTally tally = new HoldTally();
			this.cell.addTo(tally, LockType.READ);
			return tally.acquired + " in, " + tally.released + " out, " + tally.sumNanos + " ns, at least "
					+ tally.minNanos + ", at most " + tally.maxNanos;
		}

	}

}
