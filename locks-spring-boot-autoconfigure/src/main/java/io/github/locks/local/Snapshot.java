package io.github.locks.local;

import java.util.List;

/**
 * Who was inside and who waited at one moment.
 *
 * @param granted those who were granted the lock, longest first
 * @param queued those who waited, in order
 */
public record Snapshot(List<Acquisition> granted, List<Acquisition> queued) {

	static final Snapshot EMPTY = new Snapshot(List.of(), List.of());

}
