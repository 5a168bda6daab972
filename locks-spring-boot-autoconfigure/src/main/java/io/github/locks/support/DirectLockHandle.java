package io.github.locks.support;

import io.github.locks.LockOwner;
import io.github.locks.LockType;
import org.jspecify.annotations.Nullable;

/**
 * A lock that was free when it was asked for. Whether it is held, and who closes it
 * first, is the state of the lock, which knows the hold by its fencing token.
 */
final class DirectLockHandle extends UnlosableHandle {

	private final LockRuntime runtime;

	private final ManagedResource managed;

	private final LockType type;

	private final LockOwner owner;

	private final @Nullable String template;

	private final long token;

	DirectLockHandle(LockRuntime runtime, ManagedResource managed, LockType type, LockOwner owner,
			@Nullable String template, long token) {
		this.runtime = runtime;
		this.managed = managed;
		this.type = type;
		this.owner = owner;
		this.template = template;
		this.token = token;
	}

	ManagedResource managed() {
		return this.managed;
	}

	@Nullable String template() {
		return this.template;
	}

	@Override
	public String resource() {
		return this.managed.resource();
	}

	@Override
	public LockType type() {
		return this.type;
	}

	@Override
	public LockOwner owner() {
		return this.owner;
	}

	@Override
	public long fencingToken() {
		return this.token;
	}

	@Override
	public boolean isHeld() {
		return this.managed.isHeld(this.token, this.type);
	}

	@Override
	public void close() {
		this.runtime.release(this);
	}

}
