package io.github.locks.local;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

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

	/** So many references apart that two slots are never on one line or its neighbour. */
	private static final int SPACING = 32;

	private final AtomicReferenceArray<@Nullable Acquisition> slots = new AtomicReferenceArray<>((SIZE + 1) * SPACING);

	/**
	 * Puts a reader into the slot of the calling thread, or the next.
	 * @return {@code false} if others are in both
	 */
	boolean enter(Acquisition reader) {
		int index = (int) Thread.currentThread().getId() & (SIZE - 1);
		return enter(reader, index) || enter(reader, (index + 1) & (SIZE - 1));
	}

	private boolean enter(Acquisition reader, int index) {
		int place = (index + 1) * SPACING;
		if (this.slots.getPlain(place) != null) {
			return false;
		}
		reader.slot(index);
		return this.slots.compareAndSet(place, null, reader);
	}

	/**
	 * Takes a reader out.
	 * @return {@code false} if it was not in its slot any more
	 */
	boolean leave(Acquisition reader) {
		return this.slots.compareAndSet((reader.slot() + 1) * SPACING, reader, null);
	}

	/** Takes all readers out, each to be adopted. */
	List<Acquisition> collect() {
		List<Acquisition> readers = new ArrayList<>();
		for (int index = 0; index < SIZE; index++) {
			int place = (index + 1) * SPACING;
			Acquisition reader = (this.slots.get(place) != null) ? this.slots.getAndSet(place, null) : null;
			if (reader != null) {
				readers.add(reader);
			}
		}
		return readers;
	}

	/** Who is in the slots now. */
	List<Acquisition> readers() {
		List<Acquisition> readers = new ArrayList<>();
		for (int index = 0; index < SIZE; index++) {
			Acquisition reader = this.slots.get((index + 1) * SPACING);
			if (reader != null) {
				readers.add(reader);
			}
		}
		return readers;
	}

}
