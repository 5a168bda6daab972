package io.github.locks.local;

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
		acquisition.previous = this.last;
		acquisition.next = null;
		if (this.last == null) {
			this.first = acquisition;
		}
		else {
			this.last.next = acquisition;
		}
		this.last = acquisition;
		this.size++;
	}

	void addFirst(Acquisition acquisition) {
		acquisition.next = this.first;
		acquisition.previous = null;
		if (this.first == null) {
			this.last = acquisition;
		}
		else {
			this.first.previous = acquisition;
		}
		this.first = acquisition;
		this.size++;
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
