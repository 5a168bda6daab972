package io.github.locks.event;

import io.github.locks.Deadlock;

/**
 * A deadlock, or a suspiciously long wait, was detected. Published once for each, on a
 * thread of its own, soon after it happened; dropped if listeners are too slow.
 *
 * @param deadlock who waits for whom
 */
public record LockDeadlockEvent(Deadlock deadlock) {
}
