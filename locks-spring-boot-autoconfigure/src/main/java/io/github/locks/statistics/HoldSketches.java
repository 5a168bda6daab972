package io.github.locks.statistics;

import io.github.locks.LockType;
import org.jspecify.annotations.Nullable;

/**
 * How the holds of each kind of lock of a resource are distributed. Safe for use by
 * several threads.
 */
final class HoldSketches {

	private static final Sketch NONE = new Sketch();

	private volatile @Nullable Sketch read;

	private volatile @Nullable Sketch write;

	private volatile @Nullable Sketch distributed;

	/**
	 * Adds a hold.
	 * @param type the kind of lock
	 * @param nanos how long it took
	 * @param number which one it is, from 1; the first few are not kept
	 */
	void add(LockType type, long nanos, long number) {
		if (number > Sketch.FEW) {
			Sketch known = find(type);
			((known != null) ? known : create(type)).add(nanos, number);
		}
	}

	/** The sketch of a kind of lock, to be read. */
	Sketch get(LockType type) {
		Sketch known = find(type);
		return (known != null) ? known : NONE;
	}

	private @Nullable Sketch find(LockType type) {
		return switch (type) {
			case READ -> this.read;
			case WRITE -> this.write;
			case DISTRIBUTED -> this.distributed;
		};
	}

	private synchronized Sketch create(LockType type) {
		Sketch known = find(type);
		if (known != null) {
			return known;
		}
		Sketch created = new Sketch();
		switch (type) {
			case READ -> this.read = created;
			case WRITE -> this.write = created;
			case DISTRIBUTED -> this.distributed = created;
		}
		return created;
	}

}
