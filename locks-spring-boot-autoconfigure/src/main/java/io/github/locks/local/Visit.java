package io.github.locks.local;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * What an {@link Acquisition} needs besides while it asks a monitor: most never do.
 */
final class Visit {

	/** Who is told of the end of the wait; {@code null} unparks the waiting thread. */
	final @Nullable Consumer<Acquisition> whenSettled;

	long requestedNanos;

	/** The hold of the family that has the token of this one. */
	@Nullable Acquisition outer;

	/** An exclusive request ahead in the queue, maybe outdated. Guarded by the mutex. */
	@Nullable Acquisition writerAhead;

	/** Whether it came to the head of the queue at once. */
	boolean first;

	boolean waited;

	/** Whether its thread was told to come and take the lock, if it is still free. */
	volatile boolean called;

	/**
	 * Whether it has been overtaken for long enough. Set under the mutex by its thread.
	 */
	boolean insists;

	volatile @Nullable Thread waiter;

	volatile @Nullable RuntimeException failure;

	Visit(@Nullable Consumer<Acquisition> whenSettled) {
		this.whenSettled = whenSettled;
	}

}
