package io.github.locks.scenarios;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import io.github.locks.InvalidLockNameException;
import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import org.junit.jupiter.api.Test;

import static io.github.locks.LockType.READ;
import static io.github.locks.LockType.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What can be seen of the queue (five scenarios) and read in the texts (three), to be run
 * on each face.
 */
abstract class QueueScenarios extends Scene {

	QueueScenarios(Function<LockManager, Face> face) {
		super(face);
	}

	@Test
	void queueIsSeenAsLongAsSomebodyWaits() {
		Claim holder = enters(WRITE, "holder");
		assertThat(queue()).isEmpty();
		Claim first = queues(WRITE, "first");
		Claim second = queues(READ, "second");
		assertThat(queue()).containsExactly("first", "second");
		holder.release();
		first.awaitGranted();
		assertThat(queue()).containsExactly("second");
		first.release();
		second.awaitGranted();
		assertThat(queue()).isEmpty();
	}

	/** Status and statistics count the same waits. */
	@Test
	void lengthOfTheQueueIsThatOfTheWaits() {
		enters(WRITE, "holder");
		List<Claim> waiting = new ArrayList<>();
		for (int length = 1; length <= 6; length++) {
			waiting.add(queues((length % 2 == 0) ? READ : WRITE, "waiter " + length));
			assertThat(queue()).hasSize(length);
			assertThat(currentWaiters()).isEqualTo(length);
		}
		for (int length = 5; length >= 0; length--) {
			Claim cancelled = waiting.remove(length / 2);
			cancelled.cancel();
			cancelled.awaitCancelled();
			assertThat(queue()).hasSize(length);
			assertThat(currentWaiters()).isEqualTo(length);
		}
	}

	private int currentWaiters() {
		return this.locks.getStatistics(RESOURCE)
			.get(0)
			.locks()
			.values()
			.stream()
			.mapToInt((lock) -> lock.currentWaiters())
			.sum();
	}

	@Test
	void positionsCountOverTheWholeQueue() {
		enters(WRITE, "holder");
		queues(READ, "r1");
		queues(WRITE, "w2");
		queues(READ, "r3");
		queues(READ, "r4");
		queues(WRITE, "w5");
		assertThat(queue()).containsExactly("r1", "w2", "r3", "r4", "w5");
		assertThat(positions("read")).containsExactly(1, 3, 4);
		assertThat(positions("write")).containsExactly(2, 5);
	}

	private List<Integer> positions(String key) {
		return this.locks.getLockStatus(RESOURCE)
			.get(0)
			.locks()
			.get(key)
			.waiters()
			.stream()
			.map((waiter) -> waiter.position())
			.toList();
	}

	@Test
	void whoLeavesTheQueueClosesTheGapAndLetsInWhoWaitedForIt() {
		Claim holder = enters(READ, "holder");
		Claim first = queues(WRITE, "first");
		Claim middle = queues(WRITE, "middle");
		List<Claim> readers = List.of(queues(READ, "r1"), queues(READ, "r2"));
		Claim last = queues(WRITE, "last");
		middle.cancel();
		middle.awaitCancelled();
		assertThat(queue()).containsExactly("first", "r1", "r2", "last");
		first.cancel();
		first.awaitCancelled();
		readers.forEach(Claim::awaitGranted);
		assertThat(holders(READ)).containsExactly("holder", "r1", "r2");
		assertThat(queue()).containsExactly("last");
		last.cancel();
		last.awaitCancelled();
		assertThat(queue()).isEmpty();
		holder.release();
		readers.forEach(Claim::release);
		assertIdle();
	}

	@Test
	void badInputIsRefusedAndLeavesNothing() {
		assertThatIllegalArgumentException().isThrownBy(this.face::acquireNull);
		for (String name : new String[] { null, "", " ", "a\0b", "\ud800" }) {
			assertThatExceptionOfType(InvalidLockNameException.class)
				.isThrownBy(() -> asks(LockRequest.write(name), LockOwner.create("me")));
			assertThatExceptionOfType(InvalidLockNameException.class).isThrownBy(() -> this.locks.getLockStatus(name));
			assertThatExceptionOfType(InvalidLockNameException.class).isThrownBy(() -> this.locks.readWriteLock(name));
		}
		LockRequest.Builder request = LockRequest.write(RESOURCE);
		assertThatIllegalArgumentException().isThrownBy(() -> request.timeout(null));
		assertThatIllegalArgumentException().isThrownBy(() -> request.owner(null));
		assertThatIllegalArgumentException().isThrownBy(() -> LockRequest.of(null, RESOURCE));
		assertThat(this.locks.getLockStatus()).isEmpty();
		asks(request, LockOwner.create("me")).awaitGranted();
	}

	@Test
	void textOfTheStatusHasHoldersAndWaiters() {
		assertThat(this.locks.getLockStatus(RESOURCE)).isEmpty();
		enters(READ, "the holder");
		queues(WRITE, "the waiter");
		assertThat(this.locks.getLockStatus(RESOURCE)).singleElement()
			.asString()
			.contains("'a'", "read", "write")
			.containsSubsequence("holders=[LockHolder[owner='the holder'", "waiters=[LockWaiter[owner='the waiter'",
					"position=1");
	}

	@Test
	void textOfAClaimHasItsState() {
		Claim holder = enters(WRITE, "holder");
		LockHandle handle = holder.awaitGranted();
		assertThat(handle).asString().contains("write", "'a'", "'holder'", "HELD");
		Claim waiting = queues(READ, "waiter");
		assertThat(this.face.describe(waiting)).matches("|.*read lock on 'a'.*\\(waiting\\)");
		assertThat(this.face.describe(holder)).matches("|.*write lock on 'a'.*\\(granted\\)");
		waiting.cancel();
		waiting.awaitCancelled();
		assertThat(this.face.describe(waiting)).matches("|.*read lock on 'a'.*\\(failed\\)");
		holder.release();
		assertThat(handle).asString().contains("write", "'a'", "'holder'", "CLOSED").doesNotContain("HELD");
	}

	/** Who knows the token could write in the name of the holder. */
	@Test
	void textsGiveNoTokenAwayAndCannotForgeALine() {
		String resource = "orders\nWARN forged";
		Claim claim = asks(LockRequest.write(resource), LockOwner.create("me\r\nforged"));
		LockHandle handle = claim.awaitGranted();
		List<String> texts = List.of(handle.toString(), this.face.describe(claim),
				this.locks.getLockStatus().toString(), LockRequest.read(resource).build().toString(),
				this.locks.readWriteLock(resource).readLock().toString());
		assertThat(texts).allSatisfy((text) -> assertThat(text).doesNotContain("\n", "\r")
			.doesNotContain(String.valueOf(handle.fencingToken())));
	}

}
