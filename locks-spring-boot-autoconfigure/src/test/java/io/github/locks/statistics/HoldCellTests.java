package io.github.locks.statistics;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;

import io.github.locks.LockOwner;
import io.github.locks.LockType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of a {@link HoldCell}, also while a holder writes.
 */
@Timeout(60)
class HoldCellTests {

	private static final LockOwner OWNER = LockOwner.create("o");

	private final HoldCell cell = new HoldCell(4);

	@Test
	void remembersTheLastHoldsInOrder() {
		for (int hold = 1; hold <= 20; hold++) {
			hold(LockType.WRITE, hold);
			int first = Math.max(1, hold - 3);
			assertThat(this.cell.last(10)).extracting(HoldCell.Entry::grantedNanos)
				.containsExactlyElementsOf(numbers(first, hold));
			assertThat(this.cell.last(1)).singleElement().returns(hold * 100L + 7, HoldCell.Entry::releasedNanos);
		}
	}

	@Test
	void aHoldThatWasWrittenOverWithAnotherOwnerIsTheOthers() {
		for (int hold = 1; hold <= 5; hold++) {
			hold(LockType.WRITE, hold);
		}
		this.cell.entered(LockType.READ, LockOwner.create("other"), "m", 500);
		assertThat(this.cell.last(1)).singleElement()
			.returns("other", HoldCell.Entry::ownerName)
			.returns("m", HoldCell.Entry::method)
			.returns(LockType.READ, HoldCell.Entry::type)
			.returns(0L, HoldCell.Entry::releasedNanos);
	}

	@Test
	void endOfAHoldThatBeganElsewhereIsNotCounted() {
		this.cell.left(LockType.WRITE, 10, 20);
		assertThat(tally(LockType.WRITE).released).isZero();
	}

	@Test
	void isNeverSeenHalfWritten() {
		AtomicBoolean done = new AtomicBoolean();
		CompletableFuture<Void> holder = CompletableFuture.runAsync(() -> {
			for (int hold = 1; !done.get(); hold++) {
				hold(LockType.WRITE, hold);
			}
		}, (task) -> new Thread(task).start());
		try {
			for (int look = 0; look < 100_000; look++) {
				HoldTally tally = tally(LockType.WRITE);
				assertThat(tally.sumNanos).isEqualTo(7 * tally.released);
				assertThat(tally.acquired - tally.released).isBetween(0L, 1L);
				long previous = 0;
				for (HoldCell.Entry hold : this.cell.last(10)) {
					assertThat(hold.releasedNanos() - hold.grantedNanos()).satisfiesAnyOf(
							(held) -> assertThat(held).isEqualTo(7),
							(held) -> assertThat(hold.releasedNanos()).isZero());
					assertThat(hold.grantedNanos()).isGreaterThan(previous);
					previous = hold.grantedNanos();
				}
			}
		}
		finally {
			done.set(true);
		}
		holder.join();
	}

	private void hold(LockType type, long number) {
		this.cell.entered(type, OWNER, null, number * 100);
		this.cell.left(type, 7, number * 100 + 7);
	}

	private HoldTally tally(LockType type) {
		HoldTally tally = new HoldTally();
		this.cell.addTo(tally, type);
		return tally;
	}

	private static List<Long> numbers(int first, int last) {
		return LongStream.rangeClosed(first, last).mapToObj((number) -> number * 100).toList();
	}

}
