package io.github.locks.local;

import java.util.List;
import java.util.stream.Stream;

/**
 * Who was inside and who waited at one moment.
 *
 * @param granted those who were granted the lock, longest first
 * @param queued those who waited, in order
 */
public record Snapshot(List<Acquisition> granted, List<Acquisition> queued) {

	static final Snapshot EMPTY = new Snapshot(List.of(), List.of());

	/**
	 * Adds those of another lock, or others of this one.
	 * @param other who comes after those that are here
	 * @return all
	 */
	public Snapshot plus(Snapshot other) {
		return new Snapshot(concat(this.granted, other.granted), concat(this.queued, other.queued));
	}

	private static List<Acquisition> concat(List<Acquisition> first, List<Acquisition> second) {
		return Stream.concat(first.stream(), second.stream()).toList();
	}

}
