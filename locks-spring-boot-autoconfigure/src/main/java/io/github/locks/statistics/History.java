package io.github.locks.statistics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

import io.github.locks.spi.LockEvent;
import org.jspecify.annotations.Nullable;

/**
 * The last events of a resource: a ring that is written without blocking. It begins small
 * and doubles until it has its full size: a resource that is seldom used needs little
 * memory, however long its history may become.
 */
final class History {

	private static final VarHandle WRITTEN;

	static {
		try {
			WRITTEN = MethodHandles.lookup().findVarHandle(History.class, "written", long.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private static final int FIRST_CAPACITY = 16;

	private static final AtomicReferenceArray<@Nullable LockEvent> NONE = new AtomicReferenceArray<>(0);

	private final int size;

	private volatile long written;

	/** Replaced by a larger one under the monitor, where the events are moved too. */
	private volatile AtomicReferenceArray<@Nullable LockEvent> ring = NONE;

	History(int size) {
		this.size = size;
	}

	/** Creates a history of given events, with no more room than they take. */
	static History of(int size, List<LockEvent> events) {
		History history = new History(size);
		AtomicReferenceArray<@Nullable LockEvent> exact = new AtomicReferenceArray<>(events.size());
		for (int i = 0; i < events.size(); i++) {
			exact.set(i, events.get(i));
		}
		history.ring = exact;
		history.written = events.size();
		return history;
	}

	/**
	 * Adds an event. Who finds the ring replaced after writing may have come too late for
	 * the move, and writes again.
	 */
	void add(LockEvent event) {
		if (this.size > 0) {
			int index = (int) ((long) WRITTEN.getAndAdd(this, 1L) % this.size);
			AtomicReferenceArray<@Nullable LockEvent> current;
			do {
				current = this.ring;
				if (index >= current.length()) {
					current = grow(index);
				}
				current.set(index, event);
			}
			while (current != this.ring);
		}
	}

	/** The last events, oldest first. */
	List<LockEvent> last(int number) {
		long end = this.written;
		AtomicReferenceArray<@Nullable LockEvent> current = completeRing();
		List<LockEvent> events = new ArrayList<>();
		for (long i = Math.max(0, end - Math.min(this.size, number)); i < end; i++) {
			int index = (int) (i % this.size);
			LockEvent event = (index < current.length()) ? current.get(index) : null;
			if (event != null) {
				events.add(event);
			}
		}
		return events;
	}

	/** For how many events there is room without more memory. */
	int capacity() {
		return this.ring.length();
	}

	/** The ring, not while events are moved to it. */
	private synchronized AtomicReferenceArray<@Nullable LockEvent> completeRing() {
		return this.ring;
	}

	/**
	 * Makes room. The new ring is published before the events are moved, so that each is
	 * either seen by the move or written again; the move replaces nothing.
	 */
	private synchronized AtomicReferenceArray<@Nullable LockEvent> grow(int index) {
		AtomicReferenceArray<@Nullable LockEvent> old = this.ring;
		if (index < old.length()) {
			return old;
		}
		long capacity = Math.max(FIRST_CAPACITY, Math.max(2L * old.length(), index + 1L));
		AtomicReferenceArray<@Nullable LockEvent> larger = new AtomicReferenceArray<>(
				(int) Math.min(this.size, capacity));
		this.ring = larger;
		for (int i = 0; i < old.length(); i++) {
			larger.compareAndSet(i, null, old.get(i));
		}
		return larger;
	}

}
