package io.github.locks.local;

import java.util.List;

import io.github.locks.Interleavings;
import io.github.locks.LockOwner;
import io.github.locks.LockType;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Every interleaving of a few requests answers what a plain queue answers for one of
 * their orders, leaves nobody waiting for nothing, and tells each waiter once.
 */
@Tag("lincheck")
@Timeout(600)
class FairLockLincheckTests {

	@Test
	void requestsOfAllKinds() {
		Interleavings.check(AllKinds.class, AllKinds.Specification.class, 3, 3);
	}

	@Test
	void grantAgainstCancel() {
		Interleavings.check(GrantAgainstCancel.class, GrantAgainstCancel.Specification.class, 3, 1);
	}

	@Test
	void grantAgainstTimeout() {
		Interleavings.check(GrantAgainstTimeout.class, GrantAgainstTimeout.Specification.class, 3, 1);
	}

	@Test
	void releaseAgainstEnqueue() {
		Interleavings.check(ReleaseAgainstEnqueue.class, ReleaseAgainstEnqueue.Specification.class, 3, 1);
	}

	@Test
	void interruptAgainstGrant() {
		Interleavings.check(InterruptAgainstGrant.class, InterruptAgainstGrant.Specification.class, 3, 1);
	}

	@Test
	void calledThreadAgainstOneThatOvertakesIt() {
		for (Class<?> scenario : List.of(Called.class, CalledAndImpatient.class)) {
			Interleavings.check(scenario, Called.Right.class, 3, 1);
		}
	}

	@Test
	void lastReaderAgainstCancelOfTheWriter() {
		Interleavings.check(LastReader.class, LastReader.Specification.class, 3, 1);
	}

	@Test
	void readersInSlotsAgainstWriter() {
		Interleavings.check(Slots.class, Slots.Specification.class, 3, 2);
	}

	@Test
	void readerOnItsWayToASlotAgainstWriter() {
		Interleavings.check(OneSlot.class, OneSlot.Specification.class, 2, 1);
	}

	@Test
	void readersThatMeetAtASlot() {
		Interleavings.check(OneSlotForTwo.class, OneSlotForTwo.Specification.class, 2, 1);
	}

	@Test
	void upgradeAgainstRelease() {
		Interleavings.check(Upgrade.class, Upgrade.Specification.class, 3, 1);
	}

	@Test
	void twoReleasesOfOneHold() {
		Interleavings.check(TwoReleases.class, TwoReleases.Specification.class, 3, 1);
	}

	@Test
	void retirementAgainstRequests() {
		Interleavings.check(Retirement.class, Retirement.Specification.class, 3, 1);
	}

	@Test
	void tokenOfANestedHoldAgainstItsGrant() {
		Interleavings.check(NestedToken.class, NestedToken.Specification.class, 2, 1);
	}

	/**
	 * What all scenarios share.
	 */
	public abstract static class Scenario {

		final Steps steps;

		Scenario(Steps steps) {
			this.steps = steps;
		}

		@Validate
		public void validate() {
			this.steps.validate();
		}

	}

	/**
	 * Each thread asks as an owner of its own; everybody gives up and releases for all.
	 */
	@Param(name = "any", gen = IntGen.class, conf = "0:3")
	public static class AllKinds extends Scenario {

		public AllKinds() {
			this(new LockSteps());
		}

		AllKinds(Steps steps) {
			super(steps);
		}

		@Operation
		public Outcome read(@Param(gen = ThreadIdGen.class) int self) {
			return ask(self, false, true);
		}

		@Operation
		public Outcome write(@Param(gen = ThreadIdGen.class) int self) {
			return ask(self, true, true);
		}

		@Operation
		public Outcome tryRead(@Param(gen = ThreadIdGen.class) int self) {
			return ask(self, false, false);
		}

		@Operation
		public Outcome tryWrite(@Param(gen = ThreadIdGen.class) int self) {
			return ask(self, true, false);
		}

		private Outcome ask(int self, boolean writes, boolean mayQueue) {
			return this.steps.isOpen(self) ? null : this.steps.ask(self, self, writes, mayQueue);
		}

		@Operation
		public boolean giveUp(@Param(name = "any") int any) {
			return this.steps.giveUp(any);
		}

		@Operation
		public boolean release(@Param(name = "any") int any) {
			return this.steps.release(any);
		}

		@Operation
		public String snapshot() {
			return this.steps.snapshot();
		}

		@Operation
		public int queueLength() {
			return this.steps.queueLength();
		}

		/**
		 * For one thread.
		 */
		public static class Specification extends AllKinds {

			public Specification() {
				super(new SequentialSteps());
			}

		}

	}

	/**
	 * A writer leaves, the writer behind it is cancelled, and a third one comes.
	 */
	public static class GrantAgainstCancel extends Scenario {

		public GrantAgainstCancel() {
			this(new LockSteps());
		}

		GrantAgainstCancel(Steps steps) {
			super(steps);
			steps.ask(1, 1, true, true);
			steps.ask(2, 2, true, true);
		}

		@Operation(runOnce = true)
		public boolean release() {
			return this.steps.release(1);
		}

		@Operation(runOnce = true)
		public boolean cancel() {
			return this.steps.giveUp(2);
		}

		@Operation(runOnce = true)
		public Outcome read() {
			return this.steps.ask(3, 3, false, true);
		}

		/**
		 * For one thread.
		 */
		public static class Specification extends GrantAgainstCancel {

			public Specification() {
				super(new SequentialSteps());
			}

		}

	}

	/**
	 * A writer leaves while the time of the thread behind it runs out; a third one waits
	 * behind both.
	 */
	public static class GrantAgainstTimeout extends Scenario {

		public GrantAgainstTimeout() {
			this(new LockSteps());
		}

		GrantAgainstTimeout(Steps steps) {
			super(steps);
			steps.ask(1, 1, true, true);
			if (steps instanceof LockSteps lock) {
				lock.askForThread(2, 2, true);
			}
			else {
				steps.ask(2, 2, true, true);
			}
			steps.ask(3, 3, false, true);
		}

		@Operation(runOnce = true)
		public boolean release() {
			return this.steps.release(1);
		}

		@Operation(runOnce = true)
		public boolean timeOut() {
			if (this.steps instanceof LockSteps lock) {
				lock.at(2).acquisition().spin(0);
				lock.at(2).acquisition().await(0, true);
			}
			return this.steps.giveUp(2);
		}

		@Operation(runOnce = true)
		public String snapshot() {
			return this.steps.snapshot();
		}

		/**
		 * For one thread.
		 */
		public static class Specification extends GrantAgainstTimeout {

			public Specification() {
				super(new SequentialSteps());
			}

		}

	}

	/**
	 * Who was alone leaves while two others come: the lock is inflated and deflated.
	 */
	public static class ReleaseAgainstEnqueue extends Scenario {

		public ReleaseAgainstEnqueue() {
			this(new LockSteps());
		}

		ReleaseAgainstEnqueue(Steps steps) {
			super(steps);
			steps.ask(1, 1, true, true);
		}

		@Operation(runOnce = true)
		public boolean release() {
			return this.steps.release(1);
		}

		@Operation(runOnce = true)
		public Outcome write() {
			return this.steps.ask(2, 2, true, true);
		}

		@Operation(runOnce = true)
		public Outcome read() {
			return this.steps.ask(3, 3, false, true);
		}

		/**
		 * For one thread.
		 */
		public static class Specification extends ReleaseAgainstEnqueue {

			public Specification() {
				super(new SequentialSteps());
			}

		}

	}

	/**
	 * A parked thread is interrupted while it is granted the lock.
	 */
	public static class InterruptAgainstGrant extends Scenario {

		private final Object mutex = new Object();

		private Thread waiting;

		public InterruptAgainstGrant() {
			this(new LockSteps());
		}

		InterruptAgainstGrant(Steps steps) {
			super(steps);
			steps.ask(1, 1, true, true);
			if (steps instanceof LockSteps lock) {
				lock.askForThread(2, 2, true);
			}
			else {
				steps.ask(2, 2, true, true);
			}
		}

		@Operation(runOnce = true)
		public boolean awaitInterruptibly() {
			if (this.steps instanceof LockSteps lock) {
				synchronized (this.mutex) {
					this.waiting = Thread.currentThread();
				}
				lock.at(2).acquisition().await(Long.MAX_VALUE, true);
				synchronized (this.mutex) {
					this.waiting = null;
					Thread.interrupted();
				}
			}
			return this.steps.giveUp(2);
		}

		@Operation(runOnce = true)
		public void interrupt() {
			synchronized (this.mutex) {
				if (this.waiting != null) {
					this.waiting.interrupt();
				}
			}
		}

		@Operation(runOnce = true)
		public boolean release() {
			return this.steps.release(1);
		}

		/**
		 * For one thread.
		 */
		public static class Specification extends InterruptAgainstGrant {

			public Specification() {
				super(new SequentialSteps());
			}

		}

	}

	/**
	 * A thread waits that may be overtaken for ever, if it does not get the lock. It
	 * does.
	 */
	public static class Called {

		private final LockSteps steps;

		public Called() {
			this(Integer.MAX_VALUE);
		}

		Called(int overtakingNanos) {
			this.steps = new LockSteps(overtakingNanos);
			this.steps.ask(1, 1, true, true);
			this.steps.askForThread(2, 2, true);
		}

		@Operation(runOnce = true)
		public boolean awaitAndLeave() {
			this.steps.at(2).acquisition().await(Long.MAX_VALUE, false);
			return this.steps.release(2);
		}

		@Operation(runOnce = true)
		public boolean release() {
			return this.steps.release(1);
		}

		@Operation(runOnce = true)
		public boolean overtakeIfPossible() {
			return this.steps.ask(3, 3, true, false) == Outcome.BUSY || this.steps.release(3);
		}

		@Validate
		public void validate() {
			this.steps.validate();
			if (!this.steps.lock().isFree()) {
				throw new IllegalStateException("Not free");
			}
		}

		/**
		 * All is well in any order.
		 */
		public static class Right {

			public boolean awaitAndLeave() {
				return true;
			}

			public boolean release() {
				return true;
			}

			public boolean overtakeIfPossible() {
				return true;
			}

		}

	}

	/**
	 * The same with a thread that insists when it is overtaken.
	 */
	public static class CalledAndImpatient extends Called {

		public CalledAndImpatient() {
			super(1);
		}

	}

	/**
	 * The last reader leaves, the writer that waits for it is cancelled, and a reader
	 * waits behind it.
	 */
	public static class LastReader extends Scenario {

		public LastReader() {
			this(new LockSteps());
		}

		LastReader(Steps steps) {
			super(steps);
			steps.ask(1, 1, false, true);
			steps.ask(2, 2, true, true);
			steps.ask(3, 3, false, true);
		}

		@Operation(runOnce = true)
		public boolean leave() {
			return this.steps.release(1);
		}

		@Operation(runOnce = true)
		public boolean cancel() {
			return this.steps.giveUp(2);
		}

		@Operation(runOnce = true)
		public Outcome tryRead() {
			return this.steps.ask(4, 4, false, false);
		}

		/**
		 * For one thread.
		 */
		public static class Specification extends LastReader {

			public Specification() {
				super(new SequentialSteps());
			}

		}

	}

	/**
	 * Readers have slots when writers come.
	 */
	public static class Slots extends Scenario {

		public Slots() {
			this(new LockSteps());
		}

		Slots(Steps steps) {
			super(steps);
			if (steps instanceof LockSteps lock) {
				lock.offerSlots();
			}
		}

		@Operation
		public Outcome read(@Param(gen = ThreadIdGen.class) int self) {
			return this.steps.isOpen(self) ? null : this.steps.ask(self, self, false, true);
		}

		@Operation
		public Outcome write(@Param(gen = ThreadIdGen.class) int self) {
			return this.steps.isOpen(self) ? null : this.steps.ask(self, self, true, true);
		}

		@Operation
		public boolean release(@Param(gen = ThreadIdGen.class) int self) {
			return this.steps.release(self);
		}

		@Operation(runOnce = true)
		public Outcome tryWrite() {
			return this.steps.ask(5, 5, true, false);
		}

		/**
		 * For one thread.
		 */
		public static class Specification extends Slots {

			public Specification() {
				super(new SequentialSteps());
			}

		}

	}

	/**
	 * A reader enters its slot while a writer looks into the slots.
	 */
	public static class OneSlot extends Scenario {

		public OneSlot() {
			this(new LockSteps());
		}

		OneSlot(Steps steps) {
			super(steps);
			if (steps instanceof LockSteps lock) {
				lock.offerSlots();
			}
		}

		@Operation(runOnce = true)
		public Outcome read() {
			return this.steps.ask(1, 1, false, false);
		}

		@Operation(runOnce = true)
		public Outcome write() {
			return this.steps.ask(2, 2, true, false);
		}

		/**
		 * For one thread.
		 */
		public static class Specification extends OneSlot {

			public Specification() {
				super(new SequentialSteps());
			}

		}

	}

	/**
	 * Threads with neighbouring numbers read twice: one comes to the slot of the other.
	 */
	public static class OneSlotForTwo extends Scenario {

		public OneSlotForTwo() {
			this(new LockSteps());
		}

		OneSlotForTwo(Steps steps) {
			super(steps);
			if (steps instanceof LockSteps lock) {
				lock.offerSlots();
			}
		}

		@Operation
		public boolean readTwice(@Param(gen = ThreadIdGen.class) int self) {
			int second = self + 4;
			return this.steps.ask(self, self, false, false) == Outcome.GRANTED
					&& this.steps.ask(second, second, false, false) == Outcome.GRANTED && this.steps.release(self)
					&& this.steps.release(second);
		}

		/**
		 * For one thread.
		 */
		public static class Specification extends OneSlotForTwo {

			public Specification() {
				super(new SequentialSteps());
			}

		}

	}

	/**
	 * A reader asks to write, while its read lock is given back and another one leaves.
	 */
	public static class Upgrade extends Scenario {

		public Upgrade() {
			this(new LockSteps());
		}

		Upgrade(Steps steps) {
			super(steps);
			if (steps instanceof LockSteps lock) {
				lock.offerSlots();
			}
			steps.ask(1, 1, false, true);
			steps.ask(2, 2, false, true);
		}

		@Operation(runOnce = true)
		public Outcome upgrade() {
			return this.steps.ask(3, 1, true, true);
		}

		@Operation(runOnce = true)
		public boolean releaseOwn() {
			return this.steps.release(1);
		}

		@Operation(runOnce = true)
		public boolean releaseOther() {
			return this.steps.release(2);
		}

		/**
		 * For one thread.
		 */
		public static class Specification extends Upgrade {

			public Specification() {
				super(new SequentialSteps());
			}

		}

	}

	/**
	 * A hold is given back twice while a writer comes.
	 */
	public static class TwoReleases extends Scenario {

		public TwoReleases() {
			this(new LockSteps());
		}

		TwoReleases(Steps steps) {
			super(steps);
			steps.ask(1, 1, true, true);
		}

		@Operation(runOnce = true)
		public boolean release() {
			return this.steps.release(1);
		}

		@Operation(runOnce = true)
		public boolean releaseAgain() {
			return this.steps.release(1);
		}

		@Operation(runOnce = true)
		public Outcome write() {
			return this.steps.ask(2, 2, true, true);
		}

		/**
		 * For one thread.
		 */
		public static class Specification extends TwoReleases {

			public Specification() {
				super(new SequentialSteps());
			}

		}

	}

	/**
	 * A lock is retired while somebody leaves and somebody comes.
	 */
	public static class Retirement extends Scenario {

		public Retirement() {
			this(new LockSteps());
		}

		Retirement(Steps steps) {
			super(steps);
			steps.ask(1, 1, false, true);
		}

		@Operation(runOnce = true)
		public boolean release() {
			return this.steps.release(1);
		}

		@Operation(runOnce = true)
		public Outcome read() {
			return this.steps.ask(2, 2, false, true);
		}

		@Operation(runOnce = true)
		public boolean retire() {
			return this.steps.retire();
		}

		/**
		 * For one thread.
		 */
		public static class Specification extends Retirement {

			public Specification() {
				super(new SequentialSteps());
			}

		}

	}

	/**
	 * Somebody asks for the token of a request while it is granted inside of another
	 * hold.
	 */
	public static class NestedToken {

		private static final LockOwner STRANGER = LockOwner.create("stranger");

		private static final LockOwner PARENT = LockOwner.create("parent");

		private static final LockOwner CHILD = PARENT.child("child");

		private final FairLock lock = new FairLock("a", 0, 0);

		private final Acquisition held;

		private final Acquisition nested;

		/**
		 * The model checker gives owners other hash codes afterwards, so none of them is
		 * to come into a table here.
		 */
		public NestedToken() {
			this.held = ask(LockType.WRITE, STRANGER);
			ask(LockType.READ, PARENT);
			this.nested = ask(LockType.READ, CHILD);
		}

		private Acquisition ask(LockType type, LockOwner owner) {
			Acquisition acquisition = this.lock.prepare(type, owner, null, null);
			this.lock.acquire(acquisition, true);
			return acquisition;
		}

		@Operation(runOnce = true)
		public boolean release() {
			return this.lock.release(this.held);
		}

		@Operation(runOnce = true)
		public long token() {
			return this.nested.fencingToken();
		}

		/**
		 * For one thread.
		 */
		public static class Specification extends NestedToken {

			private boolean released;

			@Override
			public boolean release() {
				this.released = true;
				return true;
			}

			@Override
			public long token() {
				return this.released ? 3 : 0;
			}

		}

	}

}
