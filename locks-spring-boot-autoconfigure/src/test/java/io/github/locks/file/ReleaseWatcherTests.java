package io.github.locks.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.locks.LockType;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.ReleaseWatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link ReleaseWatcher}, through the backend that uses it and alone.
 */
@Timeout(60)
class ReleaseWatcherTests {

	private static final String FILE = FileLockBackend.fileOf("a");

	@TempDir
	private Path directory;

	private final AtomicInteger told = new AtomicInteger();

	private ReleaseWatcher watcher;

	@AfterEach
	void close() {
		if (this.watcher != null) {
			this.watcher.close();
		}
	}

	@Test
	void isToldWhenALockIsGivenBack() {
		try (FileLockBackend backend = FileLockBackend.open(this.directory)) {
			LeaseRequest request = new LeaseRequest("a", LockType.DISTRIBUTED, "o", null, Instant.now());
			Lease lease = backend.tryAcquire(request).orElseThrow();
			try (ReleaseWatch watch = backend.watch("a", this.told::incrementAndGet);
					ReleaseWatch other = backend.watch("b", () -> this.told.addAndGet(100))) {
				backend.release(lease);
				Awaitility.await().untilAtomic(this.told, org.hamcrest.Matchers.is(1));
			}
		}
	}

	@Test
	void isNotToldAfterTheEnd() throws IOException {
		this.watcher = new ReleaseWatcher(this.directory);
		ReleaseWatch ended = this.watcher.watch(FILE, () -> this.told.addAndGet(100));
		ended.close();
		ended.close();
		try (ReleaseWatch watch = this.watcher.watch(FILE, this.told::incrementAndGet)) {
			remove(FILE);
			Awaitility.await().until(() -> this.told.get() > 0);
		}
		assertThat(this.told).hasValue(1);
	}

	@Test
	void whoFailsToBeToldDoesNotKeepOthersFromIt() throws IOException {
		this.watcher = new ReleaseWatcher(this.directory);
		try (ReleaseWatch failing = this.watcher.watch(FILE, () -> {
			throw new IllegalStateException();
		}); ReleaseWatch watch = this.watcher.watch(FILE, this.told::incrementAndGet)) {
			for (int i = 1; i <= 3; i++) {
				int times = i;
				remove(FILE);
				Awaitility.await().until(() -> this.told.get() >= times);
			}
		}
	}

	@Test
	void threadEndsWhenNobodyWaitsAndComesAgain() throws IOException {
		this.watcher = new ReleaseWatcher(this.directory);
		for (int i = 1; i <= 2; i++) {
			int times = i;
			try (ReleaseWatch watch = this.watcher.watch(FILE, this.told::incrementAndGet)) {
				assertThat(threads()).isOne();
				remove(FILE);
				Awaitility.await().until(() -> this.told.get() >= times);
			}
			Awaitility.await().until(() -> threads() == 0);
		}
	}

	@Test
	void directoryThatIsGoneDoesNoHarm() throws IOException {
		Path gone = Files.createDirectory(this.directory.resolve("gone"));
		this.watcher = new ReleaseWatcher(gone);
		try (ReleaseWatch watch = this.watcher.watch(FILE, this.told::incrementAndGet)) {
			Files.delete(gone);
			Awaitility.await().until(() -> threads() == 0);
			this.watcher.watch(FILE, this.told::incrementAndGet).close();
			Files.createDirectory(gone);
			this.watcher.watch(FILE, this.told::incrementAndGet).close();
			Files.delete(Files.createFile(gone.resolve(FILE + FileLockBackend.LOCK_SUFFIX)));
			Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> this.told.get() == 1);
		}
	}

	@Test
	void isOverWhenItIsClosed() {
		this.watcher = new ReleaseWatcher(this.directory);
		try (ReleaseWatch watch = this.watcher.watch(FILE, this.told::incrementAndGet)) {
			this.watcher.close();
			Awaitility.await().until(() -> threads() == 0);
			this.watcher.watch(FILE, this.told::incrementAndGet).close();
			assertThat(threads()).isZero();
		}
	}

	private void remove(String file) throws IOException {
		Files.delete(Files.createFile(this.directory.resolve(file + FileLockBackend.LOCK_SUFFIX)));
	}

	private static long threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("locks-releases-"))
			.count();
	}

}
