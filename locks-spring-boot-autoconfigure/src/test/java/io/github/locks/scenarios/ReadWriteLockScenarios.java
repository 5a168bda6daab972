package io.github.locks.scenarios;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.LockType;
import io.github.locks.LockUpgradeException;
import org.junit.jupiter.api.Test;

import static io.github.locks.LockType.READ;
import static io.github.locks.LockType.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What everybody expects of a fair, reentrant read/write lock: thirty scenarios, to be
 * run on each face.
 */
abstract class ReadWriteLockScenarios extends Scene {

	private static final Duration LONG = Duration.ofMinutes(5);

	private final LockOwner me = LockOwner.create("me");

	ReadWriteLockScenarios(Function<LockManager, Face> face) {
		super(face);
	}

	@Test
	void writeIsTakenAndGivenBack() {
		takenAndGivenBack(WRITE);
	}

	@Test
	void readIsTakenAndGivenBack() {
		takenAndGivenBack(READ);
	}

	private void takenAndGivenBack(LockType type) {
		assertIdle();
		Claim claim = enters(type, this.me);
		LockHandle handle = claim.awaitGranted();
		assertThat(holders(type)).containsExactly("me");
		assertThat(handle.isHeld()).isTrue();
		assertThat(handle.type()).isEqualTo(type);
		assertThat(handle.resource()).isEqualTo(RESOURCE);
		assertThat(handle.owner()).isEqualTo(this.me);
		claim.release();
		assertThat(handle.isHeld()).isFalse();
		assertIdle();
	}

	@Test
	void writerExcludesWriter() {
		excludes(WRITE);
	}

	@Test
	void writerExcludesReader() {
		excludes(READ);
	}

	private void excludes(LockType outside) {
		Claim first = enters(WRITE, "first");
		Claim second = queues(outside, "second");
		assertThat(holders(WRITE)).containsExactly("first");
		first.release();
		assertThat(second.awaitGranted().isHeld()).isTrue();
		assertThat(holders(outside)).containsExactly("second");
		second.release();
		assertIdle();
	}

	@Test
	void readersShare() {
		List<Claim> readers = List.of(enters(READ, "one"), enters(READ, "two"), enters(READ, "three"));
		assertThat(holders(READ)).containsExactly("one", "two", "three");
		readers.get(1).release();
		assertThat(holders(READ)).containsExactly("one", "three");
		readers.get(0).release();
		assertThat(couldEnter(WRITE)).isFalse();
		readers.get(2).release();
		assertIdle();
	}

	@Test
	void writeHoldsOfOneOwnerAreCounted() {
		List<Claim> holds = new ArrayList<>();
		for (int count = 1; count <= 10; count++) {
			holds.add(enters(WRITE, this.me));
			assertThat(holders(WRITE)).hasSize(count).containsOnly("me");
		}
		Claim other = queues(READ, "other");
		releaseAllButWatch(holds, other, WRITE);
	}

	/** A reader enters again past the writer who waits for it. */
	@Test
	void readHoldsOfOneOwnerAreCounted() {
		List<Claim> holds = new ArrayList<>(List.of(enters(READ, this.me)));
		Claim writer = queues(WRITE, "writer");
		for (int count = 2; count <= 10; count++) {
			holds.add(enters(READ, this.me));
			assertThat(holders(READ)).hasSize(count).containsOnly("me");
		}
		releaseAllButWatch(holds, writer, READ);
	}

	private void releaseAllButWatch(List<Claim> holds, Claim waiting, LockType type) {
		for (int left = holds.size() - 1; left >= 0; left--) {
			assertThat(waiting.isSettled()).isFalse();
			assertThat(queue()).hasSize(1);
			holds.get(left).release();
			assertThat(holders(type).stream().filter("me"::equals)).hasSize(left);
		}
		waiting.awaitGranted();
	}

	/** Downgrading: the read is held on when the write is given back. */
	@Test
	void readHoldInsideAWriteOutlivesIt() {
		Claim write = enters(WRITE, this.me);
		Claim read = enters(READ, this.me);
		Claim reader = queues(READ, "reader");
		Claim writer = queues(WRITE, "writer");
		write.release();
		reader.awaitGranted();
		assertThat(holders(WRITE)).isEmpty();
		assertThat(holders(READ)).containsExactly("me", "reader");
		reader.release();
		assertThat(writer.isSettled()).isFalse();
		read.release();
		writer.awaitGranted();
	}

	@Test
	void writeIsNotGivenBackByAStranger() {
		notGivenBackByAStranger(WRITE);
	}

	@Test
	void readIsNotGivenBackByAStranger() {
		notGivenBackByAStranger(READ);
	}

	private void notGivenBackByAStranger(LockType type) {
		Claim held = enters(type, this.me);
		this.face.releaseAsStranger(held, type, RESOURCE);
		assertThat(held.awaitGranted().isHeld()).isTrue();
		assertThat(holders(type)).containsExactly("me");
		assertThat(couldEnter(WRITE)).isFalse();
		held.release();
		this.face.releaseAsStranger(enters(type, this.me), type, RESOURCE);
		assertThat(holders(type)).containsExactly("me");
	}

	@Test
	void cancelledWriterLeaves() {
		cancelledLeaves(LockRequest.write(RESOURCE));
	}

	@Test
	void cancelledReaderLeaves() {
		cancelledLeaves(LockRequest.read(RESOURCE));
	}

	@Test
	void cancelledWriterWithATimeoutLeaves() {
		cancelledLeaves(LockRequest.write(RESOURCE).timeout(LONG));
	}

	@Test
	void cancelledReaderWithATimeoutLeaves() {
		cancelledLeaves(LockRequest.read(RESOURCE).timeout(LONG));
	}

	private void cancelledLeaves(LockRequest.Builder request) {
		Claim holder = enters(WRITE, "holder");
		Claim cancelled = queues(request, "cancelled");
		Claim next = queues(WRITE, "next");
		cancelled.cancel();
		cancelled.awaitCancelled();
		assertThat(queue()).containsExactly("next");
		assertThat(holders(WRITE)).containsExactly("holder");
		assertThat(next.isSettled()).isFalse();
		holder.release();
		next.awaitGranted();
		assertThat(holders(READ)).isEmpty();
		assertThat(holders(WRITE)).containsExactly("next");
	}

	@Test
	void tryingToWriteFailsWhileAnotherWrites() {
		tryingFailsWhileAnotherWrites(WRITE);
	}

	@Test
	void tryingToReadFailsWhileAnotherWrites() {
		tryingFailsWhileAnotherWrites(READ);
	}

	private void tryingFailsWhileAnotherWrites(LockType type) {
		Claim writer = enters(WRITE, this.me);
		assertThat(couldEnter(type)).isFalse();
		assertThat(queue()).as("who tries does not queue").isEmpty();
		assertThat(couldEnter(type, this.me)).as("writer itself").isTrue();
		assertThat(holders(WRITE)).containsExactly("me");
		writer.release();
		assertThat(couldEnter(type)).isTrue();
	}

	@Test
	void tryingToReadSucceedsAndToWriteFailsWhileOthersRead() {
		Claim reader = enters(READ, this.me);
		assertThat(couldEnter(READ)).isTrue();
		assertThat(couldEnter(WRITE)).isFalse();
		assertThat(queue()).isEmpty();
		assertThat(holders(READ)).containsExactly("me");
		reader.release();
		assertThat(couldEnter(WRITE)).isTrue();
	}

	@Test
	void readersAtTheHeadEnterTogetherWhenTheWriterLeaves() {
		Claim writer = enters(WRITE, "writer");
		List<Claim> readers = List.of(queues(READ, "one"), queues(READ, "two"), queues(READ, "three"));
		Claim next = queues(WRITE, "next");
		queues(READ, "four");
		assertThat(queue()).containsExactly("one", "two", "three", "next", "four");
		writer.release();
		readers.forEach(Claim::awaitGranted);
		assertThat(holders(READ)).containsExactly("one", "two", "three");
		assertThat(queue()).containsExactly("next", "four");
		assertThat(next.isSettled()).isFalse();
	}

	@Test
	void writerEntersAfterTheReaderAndReaderAfterTheWriter() {
		Claim reader = enters(READ, "reader");
		Claim writer = queues(WRITE, "writer");
		Claim second = queues(WRITE, "second");
		reader.release();
		writer.awaitGranted();
		assertThat(second.isSettled()).isFalse();
		writer.release();
		second.awaitGranted();
		Claim last = queues(READ, "last");
		second.release();
		last.awaitGranted();
	}

	@Test
	void writerEntersAfterTheLastOfManyReaders() {
		List<Claim> readers = new ArrayList<>();
		for (int i = 0; i < 5; i++) {
			readers.add(enters(READ, "reader " + i));
		}
		Collections.swap(readers, 0, 3);
		Claim writer = queues(WRITE, "writer");
		for (Claim reader : readers) {
			assertThat(writer.isSettled()).isFalse();
			assertThat(holders(WRITE)).isEmpty();
			reader.release();
		}
		writer.awaitGranted();
		assertThat(holders(READ)).isEmpty();
	}

	@Test
	void readerWriterReaderAreServedAsTheyCame() {
		Claim first = enters(READ, "first");
		Claim writer = queues(WRITE, "writer");
		Claim second = queues(READ, "second");
		assertThat(holders(READ)).containsExactly("first");
		first.release();
		writer.awaitGranted();
		assertThat(second.isSettled()).isFalse();
		assertThat(queue()).containsExactly("second");
		writer.release();
		second.awaitGranted();
	}

	@Test
	void writerReadsWhileNobodyWaits() {
		enters(WRITE, this.me);
		assertThat(couldEnter(READ, this.me)).isTrue();
		Claim read = enters(READ, this.me);
		assertThat(holders(READ)).containsExactly("me");
		read.release();
		assertThat(holders(WRITE)).containsExactly("me");
	}

	@Test
	void writerReadsWhileReadersWait() {
		writerEntersAgain(READ, List.of(READ, READ));
	}

	@Test
	void writerReadsWhileWritersWait() {
		writerEntersAgain(READ, List.of(WRITE, WRITE));
	}

	@Test
	void writerWritesWhileReadersAndWritersWait() {
		writerEntersAgain(WRITE, List.of(READ, WRITE));
	}

	private void writerEntersAgain(LockType again, List<LockType> waiting) {
		Claim write = enters(WRITE, this.me);
		Claim one = queues(waiting.get(0), "one");
		Claim two = queues(waiting.get(1), "two");
		Claim nested = enters(again, this.me);
		assertThat(couldEnter(again, this.me)).isTrue();
		assertThat(nested.awaitGranted().fencingToken()).isEqualTo(write.awaitGranted().fencingToken());
		assertThat(queue()).containsExactly("one", "two");
		nested.release();
		assertThat(one.isSettled() || two.isSettled()).isFalse();
		write.release();
		one.awaitGranted();
		one.release();
		two.awaitGranted();
	}

	/** The lock of the JDK would wait here for itself, forever. */
	@Test
	void readerThatAsksToWriteIsRefusedAtOnce() {
		Claim reader = enters(READ, this.me);
		Claim upgrade = asks(LockRequest.write(RESOURCE).timeout(LONG), this.me);
		assertThat(upgrade.awaitFailed()).isInstanceOf(LockUpgradeException.class);
		Claim other = enters(READ, "other");
		assertThat(asks(LockRequest.write(RESOURCE), this.me).awaitFailed()).isInstanceOf(LockUpgradeException.class);
		other.release();
		assertThat(queue()).isEmpty();
		assertThat(holders(READ)).containsExactly("me");
		reader.release();
		enters(WRITE, this.me);
	}

	/** Unlike with the lock of the JDK, trying does not overtake either. */
	@Test
	void nobodyBarges() {
		Claim reader = enters(READ, "reader");
		Claim writer = queues(WRITE, "writer");
		assertThat(couldEnter(READ)).isFalse();
		Claim late = queues(READ, "late");
		assertThat(queue()).containsExactly("writer", "late");
		reader.release();
		assertThat(couldEnter(READ)).isFalse();
		assertThat(holders(WRITE)).as("handed over before the one who leaves has left").containsExactly("writer");
		writer.awaitGranted();
		writer.release();
		assertThat(couldEnter(WRITE)).isFalse();
		assertThat(holders(READ)).containsExactly("late");
		late.awaitGranted();
	}

	@Test
	void writeIsRefusedInTimeAndNeverEarly() {
		refusedInTime(LockRequest.write(RESOURCE), enters(READ, "holder"));
	}

	@Test
	void readIsRefusedInTimeAndNeverEarly() {
		refusedInTime(LockRequest.read(RESOURCE), enters(WRITE, "holder"));
	}

	private void refusedInTime(LockRequest.Builder request, Claim holder) {
		for (int millis : new int[] { 1, 40, 100 }) {
			long start = System.nanoTime();
			Claim claim = asks(request.timeout(Duration.ofMillis(millis)), LockOwner.create("late"));
			Bounded.until("in the queue, or no longer", () -> claim.isSettled() || queue().contains("late"));
			claim.disturb();
			assertThat(claim.awaitFailed()).isInstanceOf(LockTimeoutException.class);
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(millis), Bounded.BOUND);
			assertThat(queue()).isEmpty();
		}
		neverEarly(request.timeout(Duration.ofMillis(20)), 20);
		Claim inTime = queues(request.timeout(LONG), "in time");
		holder.release();
		inTime.awaitGranted();
	}

	/**
	 * Often: a machine that is busy wakes most threads late, which hides what is early.
	 */
	private void neverEarly(LockRequest.Builder request, int millis) {
		for (int i = 0; i < 10; i++) {
			long start = System.nanoTime();
			assertThat(this.face.acquireInTime(request, this.me)).isEmpty();
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(millis));
		}
	}

	@Test
	void whoWasToldToStopBeforeItAskedHoldsNothing() {
		this.face.acquireWhenStopped(LockRequest.write(RESOURCE), this.me);
		assertIdle();
		this.face.acquireWhenStopped(LockRequest.read(RESOURCE).timeout(LONG), this.me);
		assertIdle();
	}

}
