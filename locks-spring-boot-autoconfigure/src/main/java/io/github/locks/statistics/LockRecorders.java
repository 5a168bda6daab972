package io.github.locks.statistics;

import java.util.concurrent.atomic.AtomicReferenceArray;

import io.github.locks.LockType;
import io.github.locks.spi.LockEvent;
import org.jspecify.annotations.Nullable;

/**
 * A recorder for each kind of lock, made when the first event of the kind comes. Safe for
 * use by several threads.
 */
final class LockRecorders {

	private volatile @Nullable AtomicReferenceArray<@Nullable LockRecorder> recorders;

	void record(LockEvent event) {
		AtomicReferenceArray<@Nullable LockRecorder> known = this.recorders;
		LockRecorder recorder = (known != null) ? known.get(event.type().ordinal()) : null;
		((recorder != null) ? recorder : create(event.type())).record(event);
	}

	private synchronized LockRecorder create(LockType type) {
		AtomicReferenceArray<@Nullable LockRecorder> known = this.recorders;
		if (known == null) {
			known = new AtomicReferenceArray<>(LockType.values().length);
			this.recorders = known;
		}
		LockRecorder recorder = known.get(type.ordinal());
		if (recorder == null) {
			recorder = new LockRecorder();
			known.set(type.ordinal(), recorder);
		}
		return recorder;
	}

	LockRecorder get(LockType type) {
		AtomicReferenceArray<@Nullable LockRecorder> known = this.recorders;
		LockRecorder recorder = (known != null) ? known.get(type.ordinal()) : null;
		return (recorder != null) ? recorder : LockRecorder.EMPTY;
	}

}
