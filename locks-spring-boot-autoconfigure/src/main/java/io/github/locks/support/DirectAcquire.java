package io.github.locks.support;

import io.github.locks.LockHandle;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockType;
import io.github.locks.local.Acquisition;
import io.github.locks.statistics.HoldCell;
import org.jspecify.annotations.Nullable;

/**
 * Takes a lock inside of this process that is in memory and free, as most are when they
 * are asked for. Does nothing but that: whatever needs more, a new name, somebody who
 * holds the lock, a closing manager, a set interrupt flag, is for {@link BlockingAcquire}
 * and {@link AsyncAcquire}.
 */
final class DirectAcquire {

	private DirectAcquire() {
	}

	/**
	 * Tries to take a lock.
	 * @param resource the name as the user gave it; one that is known is valid
	 * @param owner for whom, or {@code null} for whom the calling code acts
	 * @param request what else is asked for, or {@code null} if nothing
	 * @return the handle, or {@code null} if it takes more
	 */
	static @Nullable LockHandle tryAcquire(LockRuntime runtime, @Nullable String resource, LockType type,
			@Nullable LockOwner owner, @Nullable LockRequest request) {
		if (resource == null || !runtime.shutdown().isOpen() || Thread.currentThread().isInterrupted()) {
			return null;
		}
		ManagedResource known = runtime.resources().find(resource);
		LockHandle handle = (known != null)
				? enter(runtime, known, type, (owner != null) ? owner : LockOwner.current(), request) : null;
		if (handle != null && !runtime.shutdown().isOpen()) {
			// It began to close meanwhile, and may not have seen the lock.
			handle.close();
			return null;
		}
		return handle;
	}

	/**
	 * Takes a lock that is free, or shared by readers. What is taken is given back if it
	 * cannot be noted.
	 * @return the handle, or {@code null} if it takes more
	 */
	static @Nullable LockHandle enter(LockRuntime runtime, ManagedResource resource, LockType type, LockOwner owner,
			@Nullable LockRequest request) {
		String method = (request != null) ? request.method() : null;
		String template = (request != null) ? request.template() : null;
		HoldCell cell = resource.recorder().cell();
		long nanos = runtime.now(resource);
		long token = resource.enter(type, owner, method, nanos);
		if (token == 0) {
			return (type == LockType.READ && resource.isShared()) ? share(runtime, resource, owner, method, template)
					: null;
		}
		LockHandle handle = new DirectLockHandle(runtime, resource, type, owner, template, token);
		try {
			runtime.entered(cell, handle, method, template, nanos);
			return handle;
		}
		catch (Throwable ex) {
			handle.close();
			throw ex;
		}
	}

	private static @Nullable LockHandle share(LockRuntime runtime, ManagedResource resource, LockOwner owner,
			@Nullable String method, @Nullable String template) {
		Acquisition reader = resource.prepare(LockType.READ, owner, method, null);
		LockHandle handle = new LocalLockHandle(runtime, resource, reader, template);
		long nanos = runtime.now(resource);
		if (!resource.tryShare(reader, nanos)) {
			return null;
		}
		try {
			runtime.entered(resource.recorder().cell(reader.slot()), handle, method, template, nanos);
			return handle;
		}
		catch (Throwable ex) {
			handle.close();
			throw ex;
		}
	}

}
