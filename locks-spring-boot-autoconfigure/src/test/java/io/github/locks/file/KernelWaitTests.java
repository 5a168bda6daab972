package io.github.locks.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.locks.LockBackendException;
import io.github.locks.LockType;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.ReleaseWatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of {@link KernelWait}, with other processes that hold what is waited for.
 */
@Timeout(120)
@EnabledOnOs(OS.LINUX)
class KernelWaitTests {

	private static final LeaseRequest REQUEST = new LeaseRequest("a", LockType.DISTRIBUTED, "o", null, Instant.now());

	private static final String OURS = " " + ProcessHandle.current().pid() + " ";

	@TempDir
	private Path temp;

	private Path directory;

	private FileLockBackend backend;

	@BeforeEach
	void open() {
		this.directory = this.temp.resolve("locks");
		this.backend = FileLockBackend.open(this.directory);
	}

	@AfterEach
	void close() {
		this.backend.close();
	}

	@Test
	void whoWaitsIsToldAndGetsWhatWasKeptForIt() throws Exception {
		CountDownLatch told = new CountDownLatch(1);
		Process holder = holder();
		assertThat(this.backend.tryAcquire(REQUEST)).isEmpty();
		try (ReleaseWatch watch = this.backend.watch(REQUEST, told::countDown)) {
			assertThat(watch.isPrompt()).isTrue();
			awaitBlocked();
			assertThat(this.backend.tryAcquire(REQUEST)).isEmpty();
			assertThat(told.getCount()).isOne();
			end(holder);
			assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
			Awaitility.await().until(() -> !watch.isPrompt());
			Lease lease = this.backend.tryAcquire(REQUEST).orElseThrow();
			watch.close();
			assertThat(this.backend.renew(lease)).isTrue();
			assertThat(isLocked()).isTrue();
			this.backend.release(lease);
			assertThat(isLocked()).isFalse();
		}
	}

	@Test
	void failureToWakeLeavesNoLockBehind() throws Exception {
		Process holder = holder();
		CountDownLatch failed = new CountDownLatch(1);
		try (ReleaseWatch watch = this.backend.watch(REQUEST, () -> {
			if (failed.getCount() > 0) {
				failed.countDown();
				throw new IllegalStateException("on purpose");
			}
		})) {
			awaitBlocked();
			end(holder);
			Awaitility.await().until(() -> !watch.isPrompt());
			assertThat(failed.getCount()).isZero();
			this.backend.release(this.backend.tryAcquire(REQUEST).orElseThrow());
			assertThat(isLocked()).isFalse();
		}
	}

	@Test
	void whoTurnsAwayLeavesNothingBehind() throws Exception {
		Process holder = holder();
		for (int i = 0; i < 200; i++) {
			try (ReleaseWatch watch = this.backend.watch(REQUEST, () -> {
			})) {
				if (i % 2 == 0) {
					awaitBlocked();
				}
			}
			Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> !isBlocked());
		}
		assertThat(locks("")).hasSize(1);
		end(holder);
		assertThat(locks("")).isEmpty();
		Awaitility.await().until(() -> this.backend.tryAcquire(REQUEST).isPresent());
	}

	@Test
	void turningAwayAgainstAGrantLosesNoLock() throws Exception {
		Process busy = HoldingProcess.start(this.temp.resolve("busy"), "locks", this.directory.toString(), "a",
				"20000");
		CyclicBarrier barrier = new CyclicBarrier(2);
		Thread other = new Thread(() -> {
			for (int i = 0; i < 1000; i++) {
				waitAndTurnAway(i);
			}
			await(barrier);
		});
		other.start();
		await(barrier);
		busy.destroyForcibly().waitFor();
		Awaitility.await().untilAsserted(() -> assertThat(locks("")).isEmpty());
		Lease lease = this.backend.tryAcquire(REQUEST).orElseThrow();
		assertThat(isLocked()).isTrue();
		this.backend.release(lease);
	}

	private void waitAndTurnAway(int round) {
		CountDownLatch told = new CountDownLatch(1);
		try (ReleaseWatch watch = this.backend.watch(REQUEST, told::countDown)) {
			long until = System.nanoTime() + ThreadLocalRandom.current().nextLong(TimeUnit.MICROSECONDS.toNanos(500));
			while (told.getCount() > 0 && System.nanoTime() < until) {
				Thread.onSpinWait();
			}
			Optional<Lease> lease = (round % 3 == 0) ? this.backend.tryAcquire(REQUEST) : Optional.empty();
			watch.close();
			lease.ifPresent((held) -> {
				assertThat(this.backend.renew(held)).isTrue();
				this.backend.release(held);
			});
		}
	}

	@Test
	void fileThatSomebodyRemovedIsNotWaitedForAnyLonger() throws Exception {
		Process holder = holder();
		try (ReleaseWatch watch = this.backend.watch(REQUEST, () -> {
		})) {
			assertThat(watch.isPrompt()).isTrue();
			awaitBlocked();
			Files.delete(file());
			Awaitility.await().until(() -> this.backend.tryAcquire(REQUEST).isPresent());
			assertThat(isLocked()).isTrue();
		}
		end(holder);
	}

	@Test
	void nothingIsGrantedInADirectoryThatWasMovedAway() throws Exception {
		Process holder = holder();
		CountDownLatch told = new CountDownLatch(1);
		try (ReleaseWatch watch = this.backend.watch(REQUEST, told::countDown)) {
			awaitBlocked();
			Path moved = Files.move(this.directory, this.temp.resolve("moved"));
			end(holder);
			assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
			Awaitility.await().until(() -> !watch.isPrompt());
			assertThatExceptionOfType(LockBackendException.class).isThrownBy(() -> this.backend.tryAcquire(REQUEST));
			Files.move(moved, this.directory);
			assertThat(isLocked()).isFalse();
			Awaitility.await().ignoreExceptions().until(() -> this.backend.tryAcquire(REQUEST).isPresent());
		}
	}

	@Test
	void waitOfSomebodyElseInTheSameJvmIsServedToo() throws Exception {
		try (FileLockBackend other = FileLockBackend.open(this.directory)) {
			Lease lease = other.tryAcquire(REQUEST).orElseThrow();
			CountDownLatch told = new CountDownLatch(1);
			try (ReleaseWatch watch = this.backend.watch(REQUEST, told::countDown)) {
				assertThat(watch.isPrompt()).isTrue();
				other.release(lease);
				assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
				Awaitility.await().until(() -> !watch.isPrompt());
				assertThat(this.backend.tryAcquire(REQUEST)).isPresent();
			}
		}
	}

	@Test
	void closedBackendEndsAllWaits() throws Exception {
		Process holder = holder();
		CountDownLatch told = new CountDownLatch(1);
		this.backend.watch(REQUEST, told::countDown);
		awaitBlocked();
		this.backend.close();
		assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(locks("")).hasSize(1);
		end(holder);
	}

	@Test
	void readerInTheKernelIsServedTogetherWithReadersInside() throws Exception {
		LeaseRequest read = new LeaseRequest("a", LockType.READ, "o", null, Instant.now());
		LeaseRequest write = new LeaseRequest("a", LockType.WRITE, "o", null, Instant.now());
		Lease writer = this.backend.tryAcquire(write).orElseThrow();
		assertThat(this.backend.tryAcquire(REQUEST)).as("another lock of the resource").isPresent();
		Lease reader = this.backend.handOver(writer, read).orElseThrow();
		assertThat(this.backend.renew(reader)).isTrue();
		assertThat(reader.fencingToken()).isGreaterThan(writer.fencingToken());
		this.backend.release(writer);
		assertThat(this.backend.renew(reader)).as("the lease of the writer is a thing of the past").isTrue();
		assertThat(locks(" READ ")).hasSize(1);
		this.backend.release(reader);
		assertThat(locks(" READ ")).isEmpty();
	}

	private Process holder() throws Exception {
		Path output = Files.createTempFile(this.temp, "holder", ".txt");
		Process holder = HoldingProcess.start(output, "hold", this.directory.toString(), "a");
		Awaitility.await().until(() -> Files.readString(output).startsWith("holding"));
		return holder;
	}

	private static void end(Process holder) throws Exception {
		holder.destroyForcibly().waitFor();
	}

	private static void await(CyclicBarrier barrier) {
		try {
			barrier.await(100, TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void awaitBlocked() {
		Awaitility.await().pollInterval(Duration.ofMillis(1)).until(this::isBlocked);
	}

	/** Whether the kernel shows that this process waits. */
	private boolean isBlocked() throws IOException {
		return Files.readAllLines(Path.of("/proc/locks"))
			.stream()
			.anyMatch((line) -> line.contains("-> ") && line.contains(OURS));
	}

	private boolean isLocked() throws IOException {
		return !locks(OURS).isEmpty();
	}

	/** What the kernel shows of those who hold lock files of the directory. */
	private List<String> locks(String part) throws IOException {
		Set<String> inodes = new HashSet<>();
		try (Stream<Path> files = Files.list(this.directory)) {
			for (Path file : files.filter((path) -> path.toString().endsWith(".lock")).toList()) {
				inodes.add(":" + Files.getAttribute(file, "unix:ino") + " ");
			}
		}
		return Files.readAllLines(Path.of("/proc/locks"))
			.stream()
			.filter((line) -> !line.contains("->") && line.contains(part) && inodes.stream().anyMatch(line::contains))
			.toList();
	}

	private Path file() {
		return this.directory.resolve(new LockFileNames().of("a", LockType.DISTRIBUTED) + LockFiles.SUFFIX);
	}

}
