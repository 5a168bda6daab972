package io.github.locks.local;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * Places for readers that enter and leave without touching what other readers write: each
 * is at once the count, the record of the holder, and the only line of memory that is
 * written. Readers use them while the word of the lock says so; a writer changes the word
 * first and then collects who is in the slots. The idea is that of BRAVO (Dice and Kogan,
 * USENIX ATC 2019), with holders in place of flags.
 * <p>
 * A reader in a slot belongs to whoever takes it out by compare-and-set: the reader
 * itself, or the monitor that adopts it.
 */
final class ReaderSlots {

	/** Twice as many slots as processors, so that few threads meet in one. */
	static final int SIZE = Integer.highestOneBit(Math.min(64, 4 * Runtime.getRuntime().availableProcessors() - 1));

	/** In the place of a reader that is about to leave, and has still to write there. */
	private static final Object LEAVING = new Object();

	/** So many references apart that two slots are never on one line or its neighbour. */
	private static final int SPACING = 32;

	private final AtomicReferenceArray<@Nullable Object> slots = new AtomicReferenceArray<>((SIZE + 1) * SPACING);

	/**
	 * Puts a reader into the slot of the calling thread, or the next.
	 * @return {@code false} if others are in both
	 */
	boolean enter(Acquisition reader) {
		int index = (int) Thread.currentThread().getId() & (SIZE - 1);
		return enter(reader, index) || enter(reader, (index + 1) & (SIZE - 1));
	}

	private boolean enter(Acquisition reader, int index) {
		int place = place(index);
		if (this.slots.getPlain(place) != null) {
			return false;
		}
		reader.slot(index);
		return this.slots.compareAndSet(place, null, reader);
	}

	/**
	 * Takes a reader out that has just come.
	 * @return {@code false} if it was not in its slot any more
	 */
	boolean retreat(Acquisition reader) {
		return this.slots.compareAndSet(place(reader.slot()), reader, null);
	}

	/**
	 * Takes a reader out, but keeps its slot for what it has still to write.
	 * @return {@code false} if it was not in its slot any more
	 */
	boolean beginLeave(Acquisition reader) {
		return this.slots.compareAndSet(place(reader.slot()), reader, LEAVING);
	}

	/** Lets the slot go. */
	void endLeave(Acquisition reader) {
		this.slots.setRelease(place(reader.slot()), null);
	}

	/** Takes all readers out, one by one. Those that leave have left then. */
	void collect(Consumer<Acquisition> adopt) {
		for (int index = 0; index < SIZE; index++) {
			Acquisition reader = takeOut(place(index));
			if (reader != null) {
				adopt.accept(reader);
			}
		}
	}

	private @Nullable Acquisition takeOut(int place) {
		for (int attempt = 0;; attempt++) {
			Object current = this.slots.get(place);
			if (current == null) {
				return null;
			}
			if (current == LEAVING) {
				SpinMutex.pause(attempt);
			}
			else if (this.slots.compareAndSet(place, current, null)) {
				return (Acquisition) current;
			}
		}
	}

	/** Who is in the slots now. */
	List<Acquisition> readers() {
		List<Acquisition> readers = new ArrayList<>();
		for (int index = 0; index < SIZE; index++) {
			if (this.slots.get(place(index)) instanceof Acquisition reader) {
				readers.add(reader);
			}
		}
		return readers;
	}

	private static int place(int index) {
		return (index + 1) * SPACING;
	}

}
