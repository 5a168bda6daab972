package io.github.locks.local;

import java.util.concurrent.TimeUnit;

import io.github.locks.LockOwner;
import io.github.locks.LockType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of a {@link FairLock} whose waiting threads may be overtaken for a while.
 */
@Timeout(60)
class OvertakingTests {

	private final FairLock lock = new FairLock("a", 0, (int) TimeUnit.SECONDS.toNanos(2));

	@Test
	void whoComesWhileTheHeadIsStillAsleepGoesFirst() {
		Acquisition first = acquire(LockType.WRITE, Outcome.GRANTED);
		Acquisition waiting = acquire(LockType.WRITE, Outcome.QUEUED);
		this.lock.release(first);
		assertThat(waiting.isQueued()).isTrue();
		Acquisition quick = acquire(LockType.WRITE, Outcome.GRANTED);
		waiting.await(0, false);
		assertThat(waiting.isQueued()).isTrue();
		this.lock.release(quick);
		waiting.await(Long.MAX_VALUE, false);
		assertThat(waiting.isGranted()).isTrue();
		this.lock.release(waiting);
		assertThat(this.lock.isFree()).isTrue();
	}

	@Test
	void whoComesWhileTheHeadIsCalledAsksTheMonitor() {
		Acquisition first = acquire(LockType.WRITE, Outcome.GRANTED);
		Acquisition waiting = acquire(LockType.WRITE, Outcome.QUEUED);
		this.lock.release(first);
		assertThat(new Request(this.lock, LockType.WRITE, LockOwner.create("o")).tryEnter()).isFalse();
		assertThat(this.lock.queueLength()).isPositive();
		assertThat(this.lock.isFree()).isFalse();
		assertThat(this.lock.retire()).isFalse();
		assertThat(waiting.isQueued()).isTrue();
	}

	@Test
	void readersBehindTheHeadComeWithIt() {
		Acquisition first = acquire(LockType.WRITE, Outcome.GRANTED);
		Acquisition one = acquire(LockType.READ, Outcome.QUEUED);
		Acquisition two = acquire(LockType.READ, Outcome.QUEUED);
		Acquisition writer = acquire(LockType.WRITE, Outcome.QUEUED);
		this.lock.release(first);
		one.await(Long.MAX_VALUE, false);
		two.await(Long.MAX_VALUE, false);
		assertThat(writer.isQueued()).isTrue();
		this.lock.release(one);
		this.lock.release(two);
		writer.await(Long.MAX_VALUE, false);
		assertThat(writer.isGranted()).isTrue();
	}

	@Test
	void headThatGivesUpCallsTheNext() {
		Acquisition first = acquire(LockType.WRITE, Outcome.GRANTED);
		Acquisition head = acquire(LockType.WRITE, Outcome.QUEUED);
		Acquisition next = acquire(LockType.WRITE, Outcome.QUEUED);
		this.lock.release(first);
		assertThat(this.lock.giveUp(head)).isTrue();
		next.await(Long.MAX_VALUE, false);
		assertThat(next.isGranted()).isTrue();
	}

	@Test
	void callbacksAreNeverOvertaken() {
		Acquisition first = acquire(LockType.WRITE, Outcome.GRANTED);
		Acquisition waiting = this.lock.prepare(LockType.WRITE, LockOwner.create("o"), null, (granted) -> {
		});
		assertThat(this.lock.acquire(waiting, true)).isEqualTo(Outcome.QUEUED);
		acquire(LockType.WRITE, false, Outcome.BUSY);
		this.lock.release(first);
		assertThat(waiting.isGranted()).isTrue();
	}

	@Test
	void whoHasWaitedForTooLongIsNotOvertakenAnyMoreAsSoonAsItRuns() {
		FairLock quicklyImpatient = new FairLock("a", 0, 1);
		Acquisition first = acquire(quicklyImpatient, LockType.WRITE, true, Outcome.GRANTED);
		Acquisition waiting = acquire(quicklyImpatient, LockType.WRITE, true, Outcome.QUEUED);
		quicklyImpatient.release(first);
		Acquisition quick = acquire(quicklyImpatient, LockType.WRITE, true, Outcome.GRANTED);
		assertThat(waiting.isQueued()).as("it has not run yet").isTrue();
		waiting.await(0, false);
		Acquisition late = acquire(quicklyImpatient, LockType.WRITE, true, Outcome.QUEUED);
		quicklyImpatient.release(quick);
		assertThat(waiting.isGranted()).isTrue();
		quicklyImpatient.release(waiting);
		assertThat(late.isQueued()).as("it is called, not granted").isTrue();
		late.await(Long.MAX_VALUE, false);
		quicklyImpatient.release(late);
		assertThat(quicklyImpatient.isFree()).isTrue();
	}

	@Test
	void overlappingReadersGoBeforeAWriterForAWhileOnly() {
		Acquisition reader = acquire(LockType.READ, Outcome.GRANTED);
		Acquisition writer = acquire(LockType.WRITE, Outcome.QUEUED);
		Acquisition second = acquire(LockType.READ, false, Outcome.GRANTED);
		this.lock.release(reader);
		this.lock.release(second);
		writer.await(Long.MAX_VALUE, false);
		assertThat(writer.isGranted()).isTrue();
	}

	@Test
	void overlappingReadersDoNotGoBeforeAWriterThatHasWaitedForTooLong() {
		FairLock quicklyImpatient = new FairLock("a", 0, 1);
		Acquisition reader = acquire(quicklyImpatient, LockType.READ, true, Outcome.GRANTED);
		Acquisition writer = acquire(quicklyImpatient, LockType.WRITE, true, Outcome.QUEUED);
		acquire(quicklyImpatient, LockType.READ, false, Outcome.BUSY);
		quicklyImpatient.release(reader);
		writer.await(Long.MAX_VALUE, false);
		assertThat(writer.isGranted()).isTrue();
	}

	private Acquisition acquire(LockType type, Outcome expected) {
		return acquire(type, true, expected);
	}

	private Acquisition acquire(LockType type, boolean mayQueue, Outcome expected) {
		return acquire(this.lock, type, mayQueue, expected);
	}

	private static Acquisition acquire(FairLock lock, LockType type, boolean mayQueue, Outcome expected) {
		Acquisition acquisition = lock.prepare(type, LockOwner.create("o"), null, null);
		assertThat(lock.acquire(acquisition, mayQueue)).isEqualTo(expected);
		return acquisition;
	}

}
