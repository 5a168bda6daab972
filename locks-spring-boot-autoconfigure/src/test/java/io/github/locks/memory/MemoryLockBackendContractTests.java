package io.github.locks.memory;

import io.github.locks.spi.LockBackend;
import io.github.locks.spi.LockBackendContract;

/**
 * Tests of {@link MemoryLockBackend}.
 */
class MemoryLockBackendContractTests extends LockBackendContract {

	private final MemoryLockBackend backend = new MemoryLockBackend();

	@Override
	protected LockBackend open() {
		return this.backend;
	}

}
