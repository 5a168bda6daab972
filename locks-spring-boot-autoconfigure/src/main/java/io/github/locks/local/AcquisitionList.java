package io.github.locks.local;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A doubly linked list that uses the links of its elements, so that any element leaves in
 * constant time. An acquisition is in one list at a time. Guarded by the lock's mutex.
 */
final class AcquisitionList {

	private @Nullable Acquisition first;

	private @Nullable Acquisition last;

	private int size;

	@Nullable Acquisition first() {
		return this.first;
	}

	@Nullable Acquisition last() {
		return this.last;
	}

	boolean isEmpty() {
		return this.first == null;
	}

	int size() {
		return this.size;
	}

	void addLast(Acquisition acquisition) {
		addAfter(this.last, acquisition);
	}

	/** Adds an acquisition behind another one, or at the head. */
	void addAfter(@Nullable Acquisition predecessor, Acquisition acquisition) {
		Acquisition successor = (predecessor != null) ? predecessor.next : this.first;
		acquisition.previous = predecessor;
		acquisition.next = successor;
		if (predecessor == null) {
			this.first = acquisition;
		}
		else {
			predecessor.next = acquisition;
		}
		if (successor == null) {
			this.last = acquisition;
		}
		else {
			successor.previous = acquisition;
		}
		this.size++;
	}

	/** Copies the first of the list. */
	List<Acquisition> copy(int limit) {
		List<Acquisition> copy = new ArrayList<>(Math.min(this.size, limit));
		for (Acquisition acquisition = this.first; acquisition != null
				&& copy.size() < limit; acquisition = acquisition.next) {
			copy.add(acquisition);
		}
		return copy;
	}

	void remove(Acquisition acquisition) {
		Acquisition previous = acquisition.previous;
		Acquisition next = acquisition.next;
		if (previous == null) {
			this.first = next;
		}
		else {
			previous.next = next;
		}
		if (next == null) {
			this.last = previous;
		}
		else {
			next.previous = previous;
		}
		acquisition.previous = null;
		acquisition.next = null;
		this.size--;
	}

}
