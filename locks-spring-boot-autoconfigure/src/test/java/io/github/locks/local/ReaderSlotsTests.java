package io.github.locks.local;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.github.locks.LockOwner;
import io.github.locks.LockType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of readers that have seen that there are slots, and are late for theirs. A reader
 * asks its thread for its number then: that of {@link LateReader} does something else
 * first.
 */
@Timeout(60)
class ReaderSlotsTests {

	private final FairLock lock = new FairLock("a", 0, 0);

	@BeforeEach
	void offerSlots() {
		List<Acquisition> readers = new ArrayList<>();
		for (int i = 0; i < 17; i++) {
			readers.add(prepare(LockType.READ));
			assertThat(this.lock.acquire(readers.get(i), false)).isEqualTo(Outcome.GRANTED);
		}
		readers.forEach(this.lock::release);
	}

	@Test
	void isNotInsideWhenAWriterCameFirst() {
		Acquisition writer = prepare(LockType.WRITE);
		Acquisition reader = prepare(LockType.READ);
		boolean entered = late(reader, () -> this.lock.acquire(writer, false));
		assertThat(entered).isFalse();
		assertThat(reader.isGranted()).isFalse();
		assertThat(this.lock.snapshot().granted()).containsExactly(writer);
		assertThat(this.lock.release(reader)).isFalse();
		assertThat(this.lock.release(writer)).isTrue();
		assertThat(this.lock.isFree()).isTrue();
		offerSlots();
		assertThat(this.lock.snapshot().granted()).isEmpty();
	}

	@Test
	void isNotInsideWhenTheLockWasRetired() {
		Acquisition reader = prepare(LockType.READ);
		boolean entered = late(reader, this.lock::retire);
		assertThat(entered).isFalse();
		assertThat(reader.isGranted()).isFalse();
		assertThat(this.lock.acquire(reader, true)).isEqualTo(Outcome.RETIRED);
	}

	@Test
	void hasALargerTokenThanTheWriterThatCameAndWent() {
		Acquisition writer = prepare(LockType.WRITE);
		Acquisition reader = prepare(LockType.READ);
		boolean entered = late(reader, () -> {
			assertThat(this.lock.acquire(writer, false)).isEqualTo(Outcome.GRANTED);
			this.lock.release(writer);
			offerSlots();
			return true;
		});
		assertThat(entered).isTrue();
		this.lock.release(reader);
		assertThat(reader.fencingToken()).isGreaterThan(writer.fencingToken());
	}

	@Test
	void isSeenByTheWriterThatComesAfterIt() {
		Acquisition writer = prepare(LockType.WRITE);
		Acquisition reader = prepare(LockType.READ);
		assertThat(late(reader, this.lock::isFree)).isTrue();
		assertThat(this.lock.acquire(writer, true)).isEqualTo(Outcome.QUEUED);
		assertThat(writer.blockers()).containsExactly(reader);
		assertThat(this.lock.release(reader)).isTrue();
		assertThat(writer.isGranted()).isTrue();
	}

	@Test
	void writerWaitsUntilAReaderThatLeavesHasLeft() {
		Acquisition reader = prepare(LockType.READ);
		assertThat(this.lock.tryShare(reader, 1)).isTrue();
		assertThat(this.lock.beginExit(reader)).isTrue();
		AtomicBoolean left = new AtomicBoolean();
		CompletableFuture<Boolean> leftBefore = new CompletableFuture<>();
		new Thread(() -> leftBefore.completeAsync(() -> {
			assertThat(this.lock.acquire(prepare(LockType.WRITE), false)).isEqualTo(Outcome.GRANTED);
			return left.get();
		}, Runnable::run)).start();
		while (this.lock.isShared()) {
			Thread.onSpinWait();
		}
		// Time to go wrong in.
		for (long start = System.nanoTime(); System.nanoTime() - start < 5_000_000;) {
			Thread.onSpinWait();
		}
		left.set(true);
		this.lock.endExit(reader);
		assertThat(leftBefore.join()).isTrue();
	}

	@Test
	void noSlotsWhileAReaderThatCameFromOneIsInside() {
		Acquisition first = prepare(LockType.READ);
		assertThat(this.lock.tryShare(first, 1)).isTrue();
		Acquisition writer = prepare(LockType.WRITE);
		assertThat(this.lock.acquire(writer, false)).isEqualTo(Outcome.BUSY);
		offerSlots();
		assertThat(this.lock.tryShare(prepare(LockType.READ), 1)).isFalse();
		assertThat(this.lock.beginExit(first)).as("what belongs to its slot does not see the end").isFalse();
		this.lock.release(first);
		offerSlots();
		Acquisition next = prepare(LockType.READ);
		assertThat(this.lock.tryShare(next, 1)).isTrue();
		assertThat(next.slot()).isNotNegative();
	}

	private Acquisition prepare(LockType type) {
		return this.lock.prepare(type, LockOwner.create("o"), null, null);
	}

	private boolean late(Acquisition reader, Supplier<?> before) {
		LateReader thread = new LateReader(before, () -> this.lock.tryShare(reader, System.nanoTime()));
		thread.start();
		return thread.entered.join();
	}

	/**
	 * A thread that does something before it tells its number for the first time.
	 */
	private static final class LateReader extends Thread {

		private final CompletableFuture<Boolean> entered = new CompletableFuture<>();

		private final AtomicBoolean asked = new AtomicBoolean();

		private final Supplier<?> before;

		private final Supplier<Boolean> enter;

		LateReader(Supplier<?> before, Supplier<Boolean> enter) {
			this.before = before;
			this.enter = enter;
		}

		@Override
		public void run() {
			this.entered.completeAsync(this.enter, Runnable::run);
		}

		@Override
		public long getId() {
			if (Thread.currentThread() == this && this.asked.compareAndSet(false, true)) {
				this.before.get();
			}
			return super.getId();
		}

	}

}
