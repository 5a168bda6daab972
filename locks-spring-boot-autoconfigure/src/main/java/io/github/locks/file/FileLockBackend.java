package io.github.locks.file;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import io.github.locks.LockBackendException;
import io.github.locks.LockHolder;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.LockBackend;

/** Skeleton. */
public final class FileLockBackend implements LockBackend {

	private FileLockBackend() {
	}

	public static FileLockBackend open(Path directory) {
		if (directory.startsWith("~") || Files.isRegularFile(directory) || directory.toString().length() > 4096) {
			throw new LockBackendException("The lock directory '" + directory + "' cannot be used.", null, null, null);
		}
		return new FileLockBackend();
	}

	@Override
	public Optional<Lease> tryAcquire(LeaseRequest request) {
		throw new UnsupportedOperationException();
	}

	@Override
	public boolean renew(Lease lease) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void release(Lease lease) {
		throw new UnsupportedOperationException();
	}

	@Override
	public Optional<LockHolder> inspect(String resource) {
		throw new UnsupportedOperationException();
	}

}
