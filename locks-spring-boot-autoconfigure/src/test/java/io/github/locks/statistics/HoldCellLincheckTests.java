package io.github.locks.statistics;

import java.util.List;

import io.github.locks.Interleavings;
import io.github.locks.LockOwner;
import io.github.locks.LockType;
import io.github.locks.spi.LockClaim;
import io.github.locks.spi.LockHold;
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

		private final HoldCell cell = new HoldCell(2);

		private Hold last;

		private int holds;

		@Operation(nonParallelGroup = "holder")
		public void enter() {
			this.last = new Hold(LockType.READ, 10L * ++this.holds);
			this.cell.entered(this.last);
		}

		@Operation(nonParallelGroup = "holder")
		public void leave() {
			if (this.last != null) {
				this.last.releasedNanos = this.last.grantedNanos + this.holds;
			}
		}

		@Operation
		public String look() {
			HoldTally tally = new HoldTally();
			this.cell.addTo(tally, LockType.READ);
			return tally.acquired + " in, " + tally.released + " out, " + tally.sumNanos + " ns, at least "
					+ tally.minNanos + ", at most " + tally.maxNanos;
		}

	}

	/**
	 * A hold that ends.
	 */
	private static final class Hold implements LockHold {

		private final LockType type;

		private final long grantedNanos;

		private volatile long releasedNanos;

		Hold(LockType type, long grantedNanos) {
			this.type = type;
			this.grantedNanos = grantedNanos;
		}

		@Override
		public String resource() {
			return "a";
		}

		@Override
		public LockType type() {
			return this.type;
		}

		@Override
		public LockOwner owner() {
			return LockOwner.current();
		}

		@Override
		public String method() {
			return null;
		}

		@Override
		public boolean isQueued() {
			return false;
		}

		@Override
		public boolean isGranted() {
			return this.releasedNanos == 0;
		}

		@Override
		public long requestedNanos() {
			return this.grantedNanos;
		}

		@Override
		public long grantedNanos() {
			return this.grantedNanos;
		}

		@Override
		public long releasedNanos() {
			return this.releasedNanos;
		}

		@Override
		public List<LockClaim> blockers() {
			return List.of();
		}

		@Override
		public List<LockClaim> holders() {
			return List.of();
		}

		@Override
		public boolean fail(RuntimeException failure) {
			return false;
		}

	}

}
