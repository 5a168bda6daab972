package io.github.locks.support;

import io.github.locks.LockHandle;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockType;
import io.github.locks.local.Acquisition;
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
	 * @param request what else is asked for, or {@code null} if nothing
	 * @return the handle, or {@code null} if it takes more
	 */
	static @Nullable LockHandle tryAcquire(LockRuntime runtime, @Nullable String resource, LockType type,
			LockOwner owner, @Nullable LockRequest request) {
		if (resource == null || !runtime.shutdown().isOpen() || Thread.currentThread().isInterrupted()) {
			return null;
		}
		ManagedResource known = runtime.resources().find(resource);
		if (known == null) {
			return null;
		}
		Acquisition acquisition = known.readWriteLock()
			.prepare(type, owner, (request != null) ? request.method() : null, null);
		if (!known.readWriteLock().tryEnter(acquisition, runtime.now(known))) {
			return null;
		}
		String template = (request != null) ? request.template() : null;
		runtime.entered(known, acquisition, template);
		return new LocalLockHandle(runtime, known, acquisition, template);
	}

}
