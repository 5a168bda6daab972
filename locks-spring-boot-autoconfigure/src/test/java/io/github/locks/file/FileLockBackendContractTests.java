package io.github.locks.file;

import java.nio.file.Path;

import io.github.locks.spi.LockBackend;
import io.github.locks.spi.LockBackendContract;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests of {@link FileLockBackend}.
 */
class FileLockBackendContractTests extends LockBackendContract {

	@TempDir
	private Path temp;

	@Override
	protected LockBackend open() {
		return FileLockBackend.open(this.temp.resolve("locks"));
	}

	/** The two of a test are in one JVM, which the kernel takes for one reader. */
	@Override
	protected boolean letsReadersShare() {
		return false;
	}

}
