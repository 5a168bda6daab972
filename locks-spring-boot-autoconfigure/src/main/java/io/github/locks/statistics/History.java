package io.github.locks.statistics;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

import io.github.locks.spi.LockEvent;
import org.jspecify.annotations.Nullable;

/**
 * The last events of a resource: a ring that is written without blocking.
 */
final class History {

	private final int size;

	private final AtomicLong written = new AtomicLong();

	private volatile @Nullable AtomicReferenceArray<@Nullable LockEvent> ring;

	History(int size) {
		this.size = size;
	}

	void add(LockEvent event) {
		if (this.size > 0) {
			ring().set((int) (this.written.getAndIncrement() % this.size), event);
		}
	}

	/** The events, oldest first. */
	List<LockEvent> toList() {
		AtomicReferenceArray<@Nullable LockEvent> current = this.ring;
		if (current == null) {
			return List.of();
		}
		List<LockEvent> events = new ArrayList<>();
		long end = this.written.get();
		for (long i = Math.max(0, end - this.size); i < end; i++) {
			LockEvent event = current.get((int) (i % this.size));
			if (event != null) {
				events.add(event);
			}
		}
		return events;
	}

	private AtomicReferenceArray<@Nullable LockEvent> ring() {
		AtomicReferenceArray<@Nullable LockEvent> current = this.ring;
		return (current != null) ? current : createRing();
	}

	private synchronized AtomicReferenceArray<@Nullable LockEvent> createRing() {
		AtomicReferenceArray<@Nullable LockEvent> current = this.ring;
		if (current == null) {
			current = new AtomicReferenceArray<>(this.size);
			this.ring = current;
		}
		return current;
	}

}
