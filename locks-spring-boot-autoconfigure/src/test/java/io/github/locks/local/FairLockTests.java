package io.github.locks.local;

import java.util.ArrayList;
import java.util.List;

import io.github.locks.LockOwner;
import io.github.locks.LockType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link FairLock}, without threads: what it decides depends on the order of the
 * requests only, and not on whether the word of the lock tells all or a monitor does.
 */
@Timeout(60)
@ParameterizedClass(name = "direct: {0}")
@ValueSource(booleans = { false, true })
class FairLockTests {

	/** Whether requests try the word of the lock first. */
	@Parameter
	private boolean direct;

	private final FairLock lock = new FairLock("a", 100, 0);

	private final List<Acquisition> settled = new ArrayList<>();

	private final LockOwner parent = LockOwner.create("parent");

	private final LockOwner child = this.parent.child("child");

	private final LockOwner grandchild = this.child.child("grandchild");

	@Test
	void readersAtTheHeadEnterTogether() {
		Acquisition writer = granted(LockType.WRITE, LockOwner.create("w"));
		Acquisition one = queued(LockType.READ, LockOwner.create("r1"));
		Acquisition two = queued(LockType.READ, LockOwner.create("r2"));
		Acquisition next = queued(LockType.WRITE, LockOwner.create("w2"));
		Acquisition behind = queued(LockType.READ, LockOwner.create("r3"));
		this.lock.release(writer);
		assertThat(this.settled).containsExactly(one, two);
		this.lock.release(one);
		assertThat(next.isQueued()).isTrue();
		this.lock.release(two);
		assertThat(this.settled).containsExactly(one, two, next);
		this.lock.release(next);
		assertThat(this.settled).containsExactly(one, two, next, behind);
		assertThat(this.lock.queueLength()).isZero();
	}

	@Test
	void writerThatGivesUpLetsTheReadersBehindItIn() {
		granted(LockType.READ, LockOwner.create("r1"));
		Acquisition writer = queued(LockType.WRITE, LockOwner.create("w"));
		Acquisition reader = queued(LockType.READ, LockOwner.create("r2"));
		assertThat(this.lock.giveUp(writer)).isTrue();
		assertThat(this.settled).containsExactly(reader);
		assertThat(this.lock.giveUp(writer)).isFalse();
		assertThat(this.lock.giveUp(reader)).isFalse();
	}

	@Test
	void whoIsFailedIsToldAndLetsOthersIn() {
		Acquisition held = granted(LockType.READ, LockOwner.create("r1"));
		Acquisition writer = queued(LockType.WRITE, LockOwner.create("w"));
		Acquisition reader = queued(LockType.READ, LockOwner.create("r2"));
		RuntimeException failure = new IllegalStateException();
		assertThat(writer.fail(failure)).isTrue();
		assertThat(writer.failure()).isSameAs(failure);
		assertThat(this.settled).containsExactly(reader, writer);
		assertThat(writer.fail(failure)).isFalse();
		assertThat(held.fail(failure)).isFalse();
		assertThat(this.settled).hasSize(2);
	}

	@Test
	void busyAndRefusedRequestsLeaveNothingBehind() {
		Acquisition reader = granted(LockType.READ, this.parent);
		assertThat(ask(LockType.WRITE, LockOwner.create("w"), false)).isEqualTo(Outcome.BUSY);
		assertThat(ask(LockType.WRITE, this.parent, true)).isEqualTo(Outcome.UPGRADE_REFUSED);
		assertThat(ask(LockType.WRITE, this.child, true)).isEqualTo(Outcome.UPGRADE_REFUSED);
		assertThat(ask(LockType.WRITE, this.grandchild, true)).isEqualTo(Outcome.UPGRADE_REFUSED);
		assertThat(this.lock.queueLength()).isZero();
		assertThat(this.lock.release(reader)).isTrue();
		assertThat(this.lock.release(reader)).isFalse();
		granted(LockType.WRITE, LockOwner.create("w"));
	}

	@Test
	void descendantsEnterWhatAncestorsHoldOnly() {
		Acquisition held = granted(LockType.WRITE, this.parent);
		Acquisition nested = granted(LockType.WRITE, this.grandchild);
		assertThat(nested.fencingToken()).isEqualTo(held.fencingToken()).isEqualTo(102);
		assertThat(ask(LockType.READ, this.parent.child("sibling"), false)).isEqualTo(Outcome.BUSY);
		this.lock.release(nested);
		Acquisition sibling = granted(LockType.READ, this.parent.child("sibling"));
		assertThat(ask(LockType.WRITE, this.child, false)).isEqualTo(Outcome.BUSY);
		this.lock.release(sibling);
		Acquisition second = granted(LockType.WRITE, this.child);
		this.lock.release(held);
		assertThat(ask(LockType.READ, this.parent, false)).isEqualTo(Outcome.BUSY);
		this.lock.release(second);
		assertThat(granted(LockType.READ, this.parent).fencingToken()).isGreaterThan(102);
	}

	@Test
	void familyIsServedBeforeOthersButInItsOwnOrder() {
		Acquisition held = granted(LockType.WRITE, this.parent);
		Acquisition inside = granted(LockType.WRITE, this.child);
		Acquisition stranger = queued(LockType.READ, LockOwner.create("stranger"));
		List<Acquisition> siblings = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			siblings.add(queued(LockType.WRITE, this.parent.child("sibling " + i)));
		}
		assertThat(this.lock.snapshot().queued()).containsExactly(siblings.get(0), siblings.get(1), siblings.get(2),
				siblings.get(3), stranger);
		this.lock.release(inside);
		siblings.forEach(this.lock::release);
		assertThat(this.settled).containsExactlyElementsOf(siblings);
		this.lock.release(held);
		assertThat(stranger.isGranted()).isTrue();
	}

	@Test
	void readerKnowsOfAFamilyWriterThatCameAfterIt() {
		Acquisition held = granted(LockType.WRITE, this.parent);
		Acquisition inside = granted(LockType.WRITE, this.child);
		Acquisition reader = queued(LockType.READ, LockOwner.create("reader"));
		Acquisition sibling = queued(LockType.WRITE, this.parent.child("sibling"));
		assertThat(reader.blockers()).containsExactly(held, inside, sibling);
		assertThat(sibling.blockers()).containsExactly(inside);
		assertThat(reader.holders()).containsExactlyInAnyOrder(held, inside);
	}

	@Test
	void ownerInsideIsServedBeforeThoseWhoWaitForIt() {
		granted(LockType.WRITE, this.parent);
		LockOwner sibling = this.parent.child("sibling");
		Acquisition childReads = granted(LockType.READ, this.child);
		Acquisition siblingReads = granted(LockType.READ, sibling);
		Acquisition other = queued(LockType.WRITE, this.parent.child("other"));
		Acquisition childWrites = queued(LockType.WRITE, this.child);
		assertThat(this.lock.snapshot().queued()).containsExactly(childWrites, other);
		this.lock.release(siblingReads);
		assertThat(childWrites.isGranted()).isTrue();
		this.lock.release(childWrites);
		this.lock.release(childReads);
		assertThat(other.isGranted()).isTrue();
	}

	@Test
	void readersKeepTheirEdgeToAnInsertedWriter() {
		Acquisition held = granted(LockType.WRITE, this.parent);
		Acquisition inside = granted(LockType.WRITE, this.child);
		Acquisition strangeWriter = queued(LockType.WRITE, LockOwner.create("w"));
		Acquisition reader = queued(LockType.READ, LockOwner.create("reader"));
		Acquisition sibling = queued(LockType.WRITE, this.parent.child("sibling"));
		assertThat(reader.blockers()).containsExactly(held, inside, strangeWriter);
		this.lock.giveUp(strangeWriter);
		assertThat(reader.blockers()).containsExactly(held, inside, sibling);
	}

	@Test
	void blockersAreTheHoldersOrTheWriterAhead() {
		Acquisition held = granted(LockType.READ, LockOwner.create("r1"));
		Acquisition firstWriter = queued(LockType.WRITE, LockOwner.create("w1"));
		Acquisition readerTwo = queued(LockType.READ, LockOwner.create("r2"));
		Acquisition readerThree = queued(LockType.READ, LockOwner.create("r3"));
		Acquisition secondWriter = queued(LockType.WRITE, LockOwner.create("w2"));
		Acquisition thirdWriter = queued(LockType.WRITE, LockOwner.create("w3"));
		assertThat(firstWriter.blockers()).containsExactly(held);
		assertThat(readerTwo.blockers()).containsExactly(firstWriter);
		assertThat(readerThree.blockers()).containsExactly(firstWriter);
		assertThat(secondWriter.blockers()).containsExactly(held);
		assertThat(thirdWriter.blockers()).containsExactly(held);
		assertThat(thirdWriter.holders()).containsExactly(held);
		assertThat(held.blockers()).isEmpty();
		assertThat(this.lock.positionOf(thirdWriter)).isEqualTo(5);
		assertThat(this.lock.positionOf(held)).isZero();
	}

	@Test
	void cancellingAHundredThousandInAnyOrderIsQuick() {
		granted(LockType.WRITE, LockOwner.create("holder"));
		for (boolean newestFirst : new boolean[] { true, false }) {
			List<Acquisition> writers = new ArrayList<>();
			List<Acquisition> readers = new ArrayList<>();
			for (int i = 0; i < 50_000; i++) {
				writers.add(queued(LockType.WRITE, LockOwner.create("w")));
			}
			for (int i = 0; i < 50_000; i++) {
				readers.add(queued(LockType.READ, LockOwner.create("r")));
			}
			for (int i = 0; i < writers.size(); i++) {
				this.lock.giveUp(writers.get(newestFirst ? writers.size() - 1 - i : i));
			}
			readers.forEach(this.lock::giveUp);
			assertThat(this.lock.queueLength()).isZero();
		}
	}

	@Test
	void reentersAHundredThousandTimes() {
		List<Acquisition> holds = new ArrayList<>();
		for (int i = 0; i < 100_000; i++) {
			holds.add(granted((i % 2 == 0) ? LockType.WRITE : LockType.READ, this.parent));
		}
		assertThat(this.lock.snapshot(3, 0).granted()).containsExactlyElementsOf(holds.subList(0, 3));
		holds.forEach(this.lock::release);
		granted(LockType.WRITE, LockOwner.create("w"));
	}

	@Test
	void readersThatMeetGetSlotsUntilAWriterComes() {
		List<Acquisition> readers = new ArrayList<>();
		for (int i = 0; i < 17; i++) {
			readers.add(granted(LockType.READ, LockOwner.create("r")));
		}
		Acquisition direct = prepare(LockType.READ, this.child);
		assertThat(this.lock.tryShare(direct, System.nanoTime())).isTrue();
		assertThat(direct.slot()).isNotNegative();
		assertThat(this.lock.snapshot(100, 0).granted()).hasSize(18).contains(direct);
		assertThat(ask(LockType.WRITE, LockOwner.create("w"), false)).isEqualTo(Outcome.BUSY);
		assertThat(ask(LockType.WRITE, this.child, false)).isEqualTo(Outcome.UPGRADE_REFUSED);
		Acquisition writer = queued(LockType.WRITE, LockOwner.create("w"));
		assertThat(this.lock.tryShare(prepare(LockType.READ, LockOwner.create("r")), System.nanoTime())).isFalse();
		assertThat(writer.holders()).hasSize(18).contains(direct);
		readers.forEach(this.lock::release);
		assertThat(writer.isQueued()).isTrue();
		assertThat(this.lock.release(direct)).isTrue();
		assertThat(this.lock.release(direct)).isFalse();
		assertThat(writer.isGranted()).isTrue();
		assertThat(this.lock.release(writer)).isTrue();
		assertThat(this.lock.isFree()).isTrue();
	}

	@Test
	void moreReadersThanSlotsEnterAllTheSame() {
		List<Acquisition> readers = new ArrayList<>();
		for (int i = 0; i < 1000; i++) {
			readers.add(granted(LockType.READ, LockOwner.create("r")));
		}
		assertThat(this.lock.snapshot(2000, 0).granted()).containsExactlyInAnyOrderElementsOf(readers);
		assertThat(this.lock.snapshot(10, 0).granted()).hasSize(10);
		readers.forEach((reader) -> assertThat(this.lock.release(reader)).isTrue());
		assertThat(this.lock.isFree()).isTrue();
		granted(LockType.WRITE, LockOwner.create("w"));
		assertThat(this.lock.isFree()).isFalse();
	}

	@Test
	void tokensGrowWithEveryGrantThatExcludesOthers() {
		Acquisition first = granted(LockType.WRITE, LockOwner.create("w1"));
		this.lock.release(first);
		Acquisition unasked = granted(LockType.READ, LockOwner.create("r1"));
		Acquisition one = granted(LockType.READ, LockOwner.create("r2"));
		Acquisition two = granted(LockType.READ, LockOwner.create("r3"));
		assertThat(two.fencingToken()).isNotEqualTo(one.fencingToken()).isGreaterThan(first.fencingToken());
		Acquisition nested = granted(LockType.READ, one.owner());
		assertThat(nested.fencingToken()).isEqualTo(one.fencingToken());
		List.of(unasked, one, two, nested).forEach(this.lock::release);
		Acquisition last = granted(LockType.WRITE, LockOwner.create("w2"));
		for (Acquisition reader : List.of(unasked, one, two, nested)) {
			assertThat(reader.fencingToken()).isGreaterThan(first.fencingToken()).isLessThan(last.fencingToken());
		}
		assertThat(prepare(LockType.READ, LockOwner.create("r")).fencingToken()).isZero();
		assertThat(prepare(LockType.WRITE, LockOwner.create("w")).fencingToken()).isZero();
	}

	@Test
	void retiredLockTakesNobody() {
		Acquisition held = granted(LockType.READ, this.parent);
		assertThat(this.lock.retire()).isFalse();
		this.lock.release(held);
		assertThat(this.lock.retire()).isTrue();
		assertThat(this.lock.retire()).isTrue();
		assertThat(ask(LockType.READ, this.parent, true)).isEqualTo(Outcome.RETIRED);
		assertThat(ask(LockType.WRITE, this.parent, false)).isEqualTo(Outcome.RETIRED);
		assertThat(this.lock.release(held)).isFalse();
		assertThat(this.lock.snapshot().granted()).isEmpty();
		assertThat(this.lock.isFree()).isTrue();
	}

	@Test
	void handedOverHoldBelongsToTheSuccessor() {
		Acquisition held = granted(LockType.WRITE, this.parent);
		Acquisition successor = this.lock.handOver(held, LockOwner.create("heir"));
		assertThat(this.lock.release(held)).isFalse();
		assertThat(this.lock.snapshot().granted()).containsExactly(successor);
		assertThat(ask(LockType.READ, this.parent, false)).isEqualTo(Outcome.BUSY);
		assertThat(successor.fencingToken()).isEqualTo(held.fencingToken());
		assertThat(this.lock.release(successor)).isTrue();
		granted(LockType.WRITE, this.parent);
	}

	private Acquisition granted(LockType type, LockOwner owner) {
		long token = this.direct ? this.lock.enter(type, owner, null, System.nanoTime()) : 0;
		if (token != 0) {
			return adopted(token);
		}
		Acquisition acquisition = prepare(type, owner);
		assertThat(acquire(acquisition, true)).isEqualTo(Outcome.GRANTED);
		return acquisition;
	}

	/** What stands for a hold since others have asked for the lock. */
	private Acquisition adopted(long token) {
		ask(LockType.WRITE, LockOwner.create("other"), false);
		return this.lock.findAdopted(token).orElseThrow();
	}

	private Outcome acquire(Acquisition acquisition, boolean mayQueue) {
		return (this.direct && this.lock.tryShare(acquisition, System.nanoTime())) ? Outcome.GRANTED
				: this.lock.acquire(acquisition, mayQueue);
	}

	private Acquisition queued(LockType type, LockOwner owner) {
		Acquisition acquisition = prepare(type, owner);
		assertThat(acquire(acquisition, true)).isEqualTo(Outcome.QUEUED);
		return acquisition;
	}

	private Outcome ask(LockType type, LockOwner owner, boolean mayQueue) {
		return acquire(prepare(type, owner), mayQueue);
	}

	private Acquisition prepare(LockType type, LockOwner owner) {
		return this.lock.prepare(type, owner, null, this.settled::add);
	}

}
