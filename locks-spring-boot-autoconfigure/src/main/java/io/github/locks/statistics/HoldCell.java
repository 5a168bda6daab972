package io.github.locks.statistics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import io.github.locks.LockType;
import io.github.locks.spi.LockHold;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the holds of one place that has one holder at a time: a lock that is
 * held by one owner, or a slot for readers. The holder writes while the place is its own,
 * so no atomic instruction is needed: it takes down the hold before it, which has ended,
 * and itself. Readers come at any time; a version tells them to look again, as in a
 * sequence lock.
 */
final class HoldCell {

	private static final VarHandle VERSION;

	static {
		try {
			VERSION = MethodHandles.lookup().findVarHandle(HoldCell.class, "version", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private static final @Nullable LockHold[] NONE = new LockHold[0];

	private static final int FIRST_CAPACITY = 2;

	private static final int SPINS = 1000;

	/** So often at most, as a holder may have died of an error while it wrote. */
	private static final int ATTEMPTS = SPINS + 10_000;

	private static final long NAP_NANOS = 20_000;

	private final int capacity;

	/** Odd while a holder writes. */
	private volatile int version;

	private @Nullable HoldTally read;

	private @Nullable HoldTally write;

	/**
	 * The last holds, as many as there is room for. The very last is taken down as
	 * acquired, but not as released.
	 */
	private @Nullable LockHold[] ring = NONE;

	private int written;

	/**
	 * Creates an empty cell.
	 * @param capacity how many holds to remember one by one
	 */
	HoldCell(int capacity) {
		this.capacity = Math.max(1, capacity);
	}

	/** Takes a hold down; called by its holder, while the place is its own. */
	void entered(LockHold hold) {
		int odd = this.version | 1;
		VERSION.setOpaque(this, odd);
		VarHandle.storeStoreFence();
		LockHold previous = last();
		if (previous != null) {
			ended(previous);
		}
		tally(hold.type()).acquired++;
		remember(hold);
		VERSION.setRelease(this, odd + 1);
	}

	private @Nullable LockHold last() {
		@Nullable LockHold[] current = this.ring;
		int number = this.written;
		return (number > 0 && number <= current.length) ? current[number - 1] : null;
	}

	private void ended(LockHold hold) {
		long released = hold.releasedNanos();
		if (released != 0) {
			tally(hold.type()).released(released - hold.grantedNanos());
		}
	}

	private void remember(LockHold hold) {
		if (this.written == this.ring.length && this.ring.length < this.capacity) {
			this.ring = Arrays.copyOf(this.ring,
					Math.min(this.capacity, Math.max(FIRST_CAPACITY, 2 * this.ring.length)));
		}
		else if (this.written == this.ring.length) {
			this.written = 0;
		}
		this.ring[this.written++] = hold;
	}

	private HoldTally tally(LockType type) {
		HoldTally known = (type == LockType.READ) ? this.read : this.write;
		return (known != null) ? known : newTally(type);
	}

	private HoldTally newTally(LockType type) {
		HoldTally created = new HoldTally();
		if (type == LockType.READ) {
			this.read = created;
		}
		else {
			this.write = created;
		}
		return created;
	}

	/** Adds what is known of a kind of lock, as of one moment. For any thread. */
	void addTo(HoldTally sum, LockType type) {
		HoldTally copy = new HoldTally();
		for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
			int before = this.version;
			copy = copy(type);
			VarHandle.acquireFence();
			if (before % 2 == 0 && before == this.version) {
				break;
			}
			pause(attempt);
		}
		sum.add(copy);
	}

	/** The holder writes for some nanoseconds, unless it has lost its processor. */
	private void pause(int attempt) {
		if (attempt < SPINS) {
			Thread.onSpinWait();
		}
		else {
			LockSupport.parkNanos(this, NAP_NANOS);
		}
	}

	private HoldTally copy(LockType type) {
		HoldTally copy = new HoldTally();
		HoldTally known = (type == LockType.READ) ? this.read : this.write;
		if (known != null) {
			copy.add(known);
		}
		LockHold pending = last();
		long released = (pending != null && pending.type() == type) ? pending.releasedNanos() : 0;
		if (pending != null && released != 0) {
			copy.released(released - pending.grantedNanos());
		}
		return copy;
	}

	/** Adds all that another cell knows, which nobody uses any more. */
	void takeOver(HoldCell other) {
		for (LockType type : new LockType[] { LockType.READ, LockType.WRITE }) {
			HoldTally sum = other.copy(type);
			if (sum.acquired > 0) {
				tally(type).add(sum);
			}
		}
	}

	/** The last holds, oldest first. For any thread. */
	List<LockHold> last(int number) {
		List<LockHold> holds = new ArrayList<>();
		@Nullable LockHold[] current = this.ring;
		int end = this.written;
		for (int i = Math.min(number, current.length); i > 0; i--) {
			LockHold hold = current[(end - i + current.length) % current.length];
			if (hold != null && hold.grantedNanos() != 0) {
				holds.add(hold);
			}
		}
		return holds;
	}

}
