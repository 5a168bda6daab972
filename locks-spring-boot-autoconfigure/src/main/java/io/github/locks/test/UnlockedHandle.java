package io.github.locks.test;

import java.util.concurrent.atomic.AtomicBoolean;

import io.github.locks.LockHandle;
import io.github.locks.LockOwner;
import io.github.locks.LockType;

/**
 * A handle that stands for no lock. It cannot be lost.
 */
final class UnlockedHandle implements LockHandle {

	private final String resource;

	private final LockType type;

	private final LockOwner owner;

	private final long fencingToken;

	private final AtomicBoolean closed = new AtomicBoolean();

	UnlockedHandle(String resource, LockType type, LockOwner owner, long fencingToken) {
		this.resource = resource;
		this.type = type;
		this.owner = owner;
		this.fencingToken = fencingToken;
	}

	@Override
	public String resource() {
		return this.resource;
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
		return this.fencingToken;
	}

	@Override
	public boolean isHeld() {
		return !this.closed.get();
	}

	@Override
	public boolean isLost() {
		return false;
	}

	@Override
	public void onLost(Runnable action) {
	}

	@Override
	public void close() {
		this.closed.set(true);
	}

}
