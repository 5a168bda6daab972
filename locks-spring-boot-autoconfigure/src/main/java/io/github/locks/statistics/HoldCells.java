package io.github.locks.statistics;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * A cell for each slot that readers use, made when it is used first. Safe for use by
 * several threads.
 */
final class HoldCells {

	private static final AtomicReferenceArray<@Nullable HoldCell> NONE = new AtomicReferenceArray<>(0);

	private final int capacity;

	private final HoldSketches sketches;

	private volatile AtomicReferenceArray<@Nullable HoldCell> cells = NONE;

	/**
	 * Creates a set without cells.
	 * @param capacity how many holds each cell remembers one by one
	 * @param sketches where all cells tell how long holds have taken
	 */
	HoldCells(int capacity, HoldSketches sketches) {
		this.capacity = capacity;
		this.sketches = sketches;
	}

	HoldCell get(int slot) {
		AtomicReferenceArray<@Nullable HoldCell> known = this.cells;
		HoldCell cell = (slot < known.length()) ? known.get(slot) : null;
		return (cell != null) ? cell : create(slot);
	}

	private synchronized HoldCell create(int slot) {
		AtomicReferenceArray<@Nullable HoldCell> known = this.cells;
		if (slot >= known.length()) {
			AtomicReferenceArray<@Nullable HoldCell> larger = new AtomicReferenceArray<>(slot + 1);
			for (int i = 0; i < known.length(); i++) {
				larger.set(i, known.get(i));
			}
			this.cells = larger;
			known = larger;
		}
		HoldCell created = new HoldCell(this.capacity, this.sketches);
		known.set(slot, created);
		return created;
	}

	void forEach(Consumer<HoldCell> action) {
		AtomicReferenceArray<@Nullable HoldCell> known = this.cells;
		for (int slot = 0; slot < known.length(); slot++) {
			HoldCell cell = known.get(slot);
			if (cell != null) {
				action.accept(cell);
			}
		}
	}

}
