package io.github.locks.support;

import io.github.locks.LockHandle;
import io.github.locks.LockNames;
import io.github.locks.LockOwner;
import io.github.locks.LockType;
import io.github.locks.local.Acquisition;
import org.jspecify.annotations.Nullable;

/**
 * A granted lock inside of this process, which is never lost. Whether it is held, and who
 * closes it first, is the state of its acquisition.
 */
final class LocalLockHandle implements LockHandle {

	private final LockRuntime runtime;

	private final ManagedResource managed;

	private final Acquisition acquisition;

	private final @Nullable String template;

	LocalLockHandle(LockRuntime runtime, ManagedResource managed, Acquisition acquisition, @Nullable String template) {
		this.runtime = runtime;
		this.managed = managed;
		this.acquisition = acquisition;
		this.template = template;
	}

	@Override
	public String resource() {
		return this.managed.name();
	}

	@Override
	public LockType type() {
		return this.acquisition.type();
	}

	@Override
	public LockOwner owner() {
		return this.acquisition.owner();
	}

	@Override
	public long fencingToken() {
		return this.acquisition.fencingToken();
	}

	@Override
	public boolean isHeld() {
		return this.acquisition.isGranted();
	}

	@Override
	public boolean isLost() {
		return false;
	}

	@Override
	public void onLost(Runnable action) {
		if (action == null) {
			throw new IllegalArgumentException("'action' must not be null");
		}
	}

	@Override
	public void close() {
		this.runtime.release(this.managed, this.acquisition, this.template);
	}

	@Override
	public String toString() {
		return type().key() + " lock on " + LockNames.quote(resource()) + " of " + LockNames.quote(owner().name())
				+ (isHeld() ? " (HELD)" : " (CLOSED)");
	}

}
