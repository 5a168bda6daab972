package io.github.locks.support;

import io.github.locks.LockOwner;
import io.github.locks.LockType;
import io.github.locks.local.Acquisition;
import org.jspecify.annotations.Nullable;

/**
 * A lock inside of this process that was not free when it was asked for. Whether it is
 * held, and who closes it first, is the state of its acquisition.
 */
final class LocalLockHandle extends UnlosableHandle {

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
		return this.managed.resource();
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
	public void close() {
		this.runtime.release(this.managed, this.acquisition, this.template);
	}

}
