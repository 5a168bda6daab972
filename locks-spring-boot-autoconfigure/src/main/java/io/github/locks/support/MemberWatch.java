package io.github.locks.support;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import io.github.locks.spi.ReleaseWatch;

/**
 * Tells a member of a {@link DistributedLock} when it may be worth while to ask again:
 * others of this process do, and the backend as soon as the member is the one that asks
 * it. Used by one thread at a time.
 */
final class MemberWatch implements AutoCloseable {

	private final ReleaseWatch local;

	private final BooleanSupplier asks;

	private final Supplier<ReleaseWatch> backendWatch;

	private ReleaseWatch backend = ReleaseWatch.NONE;

	/**
	 * Creates a watch.
	 * @param local that of this process
	 * @param asks whether the member asks the backend
	 * @param backendWatch begins that of the backend
	 */
	MemberWatch(ReleaseWatch local, BooleanSupplier asks, Supplier<ReleaseWatch> backendWatch) {
		this.local = local;
		this.asks = asks;
		this.backendWatch = backendWatch;
	}

	/** Sees to it that the backend tells too, if the member asks it. */
	void begin() {
		if (this.backend == ReleaseWatch.NONE && this.asks.getAsBoolean()) {
			this.backend = this.backendWatch.get();
		}
	}

	/** Whether the member may rely on being told, and ask only seldom. */
	boolean isPrompt() {
		return !this.asks.getAsBoolean() || this.backend.isPrompt();
	}

	@Override
	public void close() {
		this.local.close();
		this.backend.close();
	}

}
