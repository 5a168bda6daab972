package io.github.locks.statistics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

import io.github.locks.LockOwner;
import io.github.locks.LockType;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the holds of one place that has one holder at a time: a lock that is
 * held by one owner, or a slot for readers. The holder writes while the place is its own,
 * so no atomic instruction is needed. Readers come at any time; a version tells them to
 * look again, as in a sequence lock.
 */
public final class HoldCell {

	private static final VarHandle VERSION;

	static {
		try {
			VERSION = MethodHandles.lookup().findVarHandle(HoldCell.class, "version", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private static final @Nullable Entry[] NONE = new Entry[0];

	private static final int SPINS = 1000;

	/** So often at most, as a holder may have died of an error while it wrote. */
	private static final int ATTEMPTS = SPINS + 10_000;

	private static final long NAP_NANOS = 20_000;

	private final int capacity;

	private final HoldSketches sketches;

	/** Odd while a holder writes. */
	private volatile int version;

	private @Nullable HoldTally read;

	private @Nullable HoldTally write;

	/**
	 * The last holds, each written over in its turn. Its length is a power of two: to
	 * divide by another number takes longer than all the rest.
	 */
	private @Nullable Entry[] ring = NONE;

	/** How many holds were ever written, counted before they are. */
	private long written;

	/**
	 * Creates an empty cell that is alone.
	 * @param capacity how many holds to remember one by one, at least
	 */
	HoldCell(int capacity) {
		this(capacity, new HoldSketches());
	}

	/**
	 * Creates an empty cell.
	 * @param capacity how many holds to remember one by one, at least
	 * @param sketches where all cells of a resource tell how long holds have taken
	 */
	HoldCell(int capacity, HoldSketches sketches) {
		this.sketches = sketches;
		this.capacity = (capacity > 1) ? Integer.highestOneBit(capacity - 1) << 1 : 1;
	}

	/**
	 * Takes a hold down that was granted at once; called by its holder, before it can be
	 * given back.
	 * @param type the kind of lock
	 * @param owner who holds it
	 * @param method which method holds it, or {@code null} if unknown
	 * @param nanos the time of the grant
	 */
	public void entered(LockType type, LockOwner owner, @Nullable String method, long nanos) {
		HoldTally tally = tally(type);
		Entry entry = nextEntry();
		int odd = beginToWrite();
		tally.acquired++;
		this.written++;
		VarHandle.storeStoreFence();
		entry.set(type, owner, method, nanos);
		endToWrite(odd);
	}

	/**
	 * Takes the end of the last hold down, if its begin was; called by its holder, before
	 * anybody else can get the place.
	 * @param type the kind of lock
	 * @param heldNanos how long it was held
	 * @param nanos the time
	 */
	public void left(LockType type, long heldNanos, long nanos) {
		Entry last = last();
		if (last != null) {
			HoldTally tally = tally(type);
			int odd = beginToWrite();
			tally.released(heldNanos);
			last.releasedNanos = nanos;
			endToWrite(odd);
			if (heldNanos > 0) {
				this.sketches.add(type, heldNanos, tally.measured);
			}
		}
	}

	private int beginToWrite() {
		int odd = this.version | 1;
		VERSION.setOpaque(this, odd);
		VarHandle.storeStoreFence();
		return odd;
	}

	private void endToWrite(int odd) {
		VERSION.setRelease(this, odd + 1);
	}

	private @Nullable Entry last() {
		@Nullable Entry[] current = this.ring;
		return (current.length > 0 && this.written > 0) ? current[index(this.written - 1, current.length)] : null;
	}

	/** The place for the next hold. */
	private Entry nextEntry() {
		if (this.written < this.capacity) {
			return newEntry();
		}
		@Nullable Entry[] current = this.ring;
		return Objects.requireNonNull(current[index(this.written, current.length)]);
	}

	/** All that has to be allocated. Apart, so that it is not compiled into each lock. */
	private Entry newEntry() {
		@Nullable Entry[] current = this.ring;
		if (this.written == current.length) {
			current = Arrays.copyOf(current, Math.max(1, 2 * current.length));
		}
		Entry entry = new Entry();
		int odd = beginToWrite();
		current[index(this.written, current.length)] = entry;
		this.ring = current;
		endToWrite(odd);
		return entry;
	}

	private static int index(long hold, int length) {
		return (int) hold & (length - 1);
	}

	private HoldTally tally(LockType type) {
		HoldTally known = (type == LockType.READ) ? this.read : this.write;
		return (known != null) ? known : newTally(type);
	}

	private HoldTally newTally(LockType type) {
		HoldTally created = new HoldTally();
		int odd = beginToWrite();
		if (type == LockType.READ) {
			this.read = created;
		}
		else {
			this.write = created;
		}
		endToWrite(odd);
		return created;
	}

	/** Adds roughly what is known of all kinds of lock, without waiting for a holder. */
	void addTo(Totals sum) {
		add(this.read, sum);
		add(this.write, sum);
	}

	private static void add(@Nullable HoldTally tally, Totals sum) {
		if (tally != null) {
			sum.add(tally.acquired, 0, 0, tally.sumNanos);
		}
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

	/**
	 * The last holds, oldest first, without those that were written over meanwhile. For
	 * any thread.
	 */
	List<Entry> last(int number) {
		@Nullable Entry[] current = this.ring;
		VarHandle.acquireFence();
		long end = completelyWritten();
		if (current.length < this.capacity) {
			// It may have been replaced by a larger one, which begins the same.
			end = Math.min(end, current.length);
		}
		long begin = Math.max(0, end - Math.min(number, current.length));
		List<Entry> holds = new ArrayList<>();
		for (long index = begin; index < end; index++) {
			Entry entry = current[index(index, current.length)];
			if (entry != null) {
				holds.add(entry.copy());
			}
		}
		VarHandle.acquireFence();
		long writtenOver = Math.min(holds.size(), this.written - this.capacity - begin);
		return (writtenOver > 0) ? holds.subList((int) writtenOver, holds.size()) : holds;
	}

	private long completelyWritten() {
		long end = 0;
		for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
			int before = this.version;
			end = this.written;
			VarHandle.acquireFence();
			if (before % 2 == 0 && before == this.version) {
				break;
			}
			pause(attempt);
		}
		return end;
	}

	/**
	 * One hold. A reference is written only if it changes: that is more work for the
	 * garbage collector than all the rest, and mostly the same ones come again.
	 */
	static final class Entry {

		private @Nullable LockOwner owner;

		private @Nullable String method;

		private boolean exclusive;

		private long grantedNanos;

		/** 0 if it is held, or if its release was an event of its own. */
		private long releasedNanos;

		private void set(LockType type, LockOwner by, @Nullable String in, long nanos) {
			if (this.owner != by) {
				this.owner = by;
			}
			if (this.method != in) {
				this.method = in;
			}
			this.exclusive = type.isExclusive();
			this.grantedNanos = nanos;
			this.releasedNanos = 0;
		}

		private Entry copy() {
			Entry copy = new Entry();
			copy.owner = this.owner;
			copy.method = this.method;
			copy.exclusive = this.exclusive;
			copy.grantedNanos = this.grantedNanos;
			copy.releasedNanos = this.releasedNanos;
			return copy;
		}

		LockType type() {
			return this.exclusive ? LockType.WRITE : LockType.READ;
		}

		String ownerName() {
			LockOwner by = this.owner;
			return (by != null) ? by.name() : "";
		}

		@Nullable String method() {
			return this.method;
		}

		long grantedNanos() {
			return this.grantedNanos;
		}

		long releasedNanos() {
			return this.releasedNanos;
		}

	}

}
