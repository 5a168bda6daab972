package io.github.locks.support;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.github.locks.LockHandle;
import io.github.locks.LockRequest;
import io.github.locks.LockStatus;
import io.github.locks.LockType;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of many waiters, readers and resources at once. None of them measures a time:
 * what takes a time for each that grows with their number does not end in time.
 */
@Timeout(120)
class ScaleTests {

	private static final Duration LONG = Duration.ofMinutes(2);

	/** Before Java 21 they are fewer, and not virtual. */
	private static final int VIRTUAL = (Runtime.version().feature() >= 21) ? 100_000 : 1_000;

	private final DefaultLockManager locks = DefaultLockManager.builder()
		.idleEviction(Duration.ofMillis(100))
		.shutdownTimeout(Duration.ZERO)
		.build();

	@AfterEach
	void close() {
		this.locks.close();
	}

	@Test
	void hundredThousandFuturesWaitForOneLockAndGetItInOrder() {
		int count = 100_000;
		LockHandle held = this.locks.writeLock("a");
		long[] tokens = new long[count];
		List<CompletableFuture<Void>> turns = new ArrayList<>(count);
		for (int i = 0; i < count; i++) {
			int turn = i;
			turns.add(this.locks.acquireAsync(LockRequest.write("a").timeout(LONG).build()).thenAccept((handle) -> {
				tokens[turn] = handle.fencingToken();
				handle.close();
			}));
		}
		assertThat(status("a").waiters()).hasSize(count);
		held.close();
		turns.forEach(CompletableFuture::join);
		assertThat(tokens).isSorted().doesNotHaveDuplicates();
		assertThat(tokens[0]).isGreaterThan(held.fencingToken());
	}

	@Test
	void hundredThousandReadersAreInsideAtOnceAndAllOfThemKeepAWriterOut() {
		int count = 100_000;
		List<LockHandle> readers = new ArrayList<>(count);
		for (int i = 0; i < count; i++) {
			readers.add(this.locks.acquireAsync(LockRequest.read("a").build()).join());
		}
		assertThat(this.locks.getLockStatus("a").get(0).locks().get("read").holders()).hasSize(count);
		CompletableFuture<LockHandle> writer = this.locks.acquireAsync(LockRequest.write("a").timeout(LONG).build());
		readers.subList(1, count).forEach(LockHandle::close);
		assertThat(writer).isNotDone();
		readers.get(0).close();
		writer.join().close();
		assertThat(this.locks.getLockStatus("a")).isEmpty();
	}

	@Test
	void millionResourcesAreHeldAtOnceAndForgottenAfterwards() {
		int count = 1_000_000;
		List<LockHandle> held = new ArrayList<>(count);
		for (int i = 0; i < count; i++) {
			held.add(this.locks.writeLock("orders:" + i));
		}
		for (int i = 0; i < count; i += 1000) {
			assertThat(status("orders:" + i).holders()).hasSize(1);
		}
		CompletableFuture.runAsync(() -> {
			for (int i = 0; i < count; i += 1000) {
				assertThat(this.locks.tryAcquire(LockRequest.read("orders:" + i).build())).isEmpty();
			}
		}).join();
		held.forEach(LockHandle::close);
		await(() -> this.locks.isForgotten("orders:0") && this.locks.isForgotten("orders:" + (count - 1)));
		await(() -> this.locks.getStatistics().size() < count / 10);
	}

	@Test
	void hundredThousandVirtualThreadsWaitForOneLock() throws Exception {
		int count = VIRTUAL;
		int[] counter = new int[1];
		LockHandle held = this.locks.writeLock("a");
		try (Threads threads = new Threads()) {
			List<Future<?>> turns = threads.start(count, () -> {
				LockHandle handle = this.locks.acquire(LockRequest.write("a").timeout(LONG).build());
				counter[0]++;
				handle.close();
			});
			await(() -> status("a").waiters().size() == count);
			held.close();
			for (Future<?> turn : turns) {
				turn.get();
			}
		}
		assertThat(counter[0]).isEqualTo(count);
	}

	@Test
	void tenThousandVirtualThreadsAreNeverPinned(@TempDir Path directory) throws Exception {
		Path file = directory.resolve("pinned.jfr");
		try (Recording recording = new Recording(); Threads threads = new Threads()) {
			recording.enable("jdk.VirtualThreadPinned").withoutThreshold();
			recording.start();
			List<Future<?>> turns = threads.start(VIRTUAL / 10, () -> {
				for (LockType type : List.of(LockType.READ, LockType.WRITE, LockType.READ)) {
					LockHandle handle = this.locks.acquire(LockRequest.of(type, "a").timeout(LONG).build());
					Thread.yield();
					handle.close();
				}
			});
			for (Future<?> turn : turns) {
				turn.get();
			}
			recording.stop();
			recording.dump(file);
		}
		assertThat(RecordingFile.readAllEvents(file)).noneMatch(ScaleTests::isInALock);
	}

	private static boolean isInALock(RecordedEvent pinned) {
		return pinned.getStackTrace() != null && pinned.getStackTrace()
			.getFrames()
			.stream()
			.anyMatch((frame) -> frame.getMethod().getType().getName().startsWith("io.github.locks."));
	}

	private LockStatus status(String resource) {
		return this.locks.getLockStatus(resource).get(0).locks().get("write");
	}

	private static void await(BooleanSupplier condition) {
		Awaitility.await().atMost(LONG).until(condition::getAsBoolean);
	}

	/**
	 * Virtual threads where there are any, by reflection: the tests are compiled for Java
	 * 17.
	 */
	private static final class Threads implements AutoCloseable {

		private final ExecutorService executor;

		Threads() throws ReflectiveOperationException {
			this.executor = (Runtime.version().feature() >= 21)
					? (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null)
					: Executors.newCachedThreadPool();
		}

		List<Future<?>> start(int count, Runnable task) {
			List<Future<?>> started = new ArrayList<>(count);
			for (int i = 0; i < count; i++) {
				started.add(this.executor.submit(task));
			}
			return started;
		}

		@Override
		public void close() throws InterruptedException {
			this.executor.shutdown();
			assertThat(this.executor.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
		}

	}

}
