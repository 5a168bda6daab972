package io.github.locks.statistics;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.locks.LockType;
import io.github.locks.spi.LockHold;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.Mockito.mock;

/**
 * Tests of a {@link HoldCell} whose holder stops in the middle of writing.
 */
@Timeout(60)
class HoldCellTests {

	private static final int LOOKS = 1200;

	private final HoldCell cell = new HoldCell(2);

	@Test
	void isNotReadWhileItsHolderHasLostTheProcessor() throws Exception {
		AtomicInteger looks = new AtomicInteger();
		CountDownLatch enough = new CountDownLatch(1);
		LockHold ended = mock(LockHold.class);
		given(ended.type()).willReturn(LockType.WRITE);
		given(ended.grantedNanos()).willReturn(10L);
		willAnswer((call) -> {
			if (looks.incrementAndGet() > LOOKS) {
				enough.countDown();
			}
			return 20L;
		}).given(ended).releasedNanos();
		CountDownLatch inTheMiddle = new CountDownLatch(1);
		LockHold next = mock(LockHold.class);
		willAnswer((call) -> {
			inTheMiddle.countDown();
			enough.await();
			return LockType.WRITE;
		}).given(next).type();
		this.cell.entered(ended);
		CompletableFuture<Void> holder = CompletableFuture.runAsync(() -> this.cell.entered(next),
				(task) -> new Thread(task).start());
		HoldTally tally = new HoldTally();
		inTheMiddle.await();
		this.cell.addTo(tally, LockType.WRITE);
		enough.countDown();
		holder.join();
		assertThat(tally.acquired).isEqualTo(2);
		assertThat(tally.released).isOne();
		assertThat(tally.sumNanos).isEqualTo(10);
	}

	@Test
	void isReadAfterAHolderHasDiedWhileItWrote() {
		LockHold broken = mock(LockHold.class);
		given(broken.type()).willThrow(new IllegalStateException());
		assertThatIllegalStateException().isThrownBy(() -> this.cell.entered(broken));
		LockHold hold = mock(LockHold.class);
		given(hold.type()).willReturn(LockType.READ);
		this.cell.entered(hold);
		HoldTally tally = new HoldTally();
		this.cell.addTo(tally, LockType.READ);
		assertThat(tally.acquired).isOne();
	}

}
