package io.github.locks.statistics;

import io.github.locks.LockType;
import io.github.locks.spi.LockEvent;
import org.jspecify.annotations.Nullable;

/**
 * A recorder for each kind of lock, made when the first event of the kind comes. Safe for
 * use by several threads.
 */
final class LockRecorders {

	private volatile @Nullable LockRecorder read;

	private volatile @Nullable LockRecorder write;

	private volatile @Nullable LockRecorder distributed;

	void record(LockEvent event, HoldSketches sketches) {
		LockRecorder known = find(event.type());
		((known != null) ? known : create(event.type())).record(event, sketches);
	}

	/** Adds what was recorded of all kinds, without holds that nobody had to wait for. */
	void addTo(Totals sum) {
		add(this.read, sum);
		add(this.write, sum);
		add(this.distributed, sum);
	}

	private static void add(@Nullable LockRecorder recorder, Totals sum) {
		if (recorder != null) {
			recorder.addTo(sum);
		}
	}

	LockRecorder get(LockType type) {
		LockRecorder known = find(type);
		return (known != null) ? known : LockRecorder.EMPTY;
	}

	private @Nullable LockRecorder find(LockType type) {
		return switch (type) {
			case READ -> this.read;
			case WRITE -> this.write;
			case DISTRIBUTED -> this.distributed;
		};
	}

	private synchronized LockRecorder create(LockType type) {
		LockRecorder known = find(type);
		if (known != null) {
			return known;
		}
		LockRecorder created = new LockRecorder();
		switch (type) {
			case READ -> this.read = created;
			case WRITE -> this.write = created;
			case DISTRIBUTED -> this.distributed = created;
		}
		return created;
	}

}
