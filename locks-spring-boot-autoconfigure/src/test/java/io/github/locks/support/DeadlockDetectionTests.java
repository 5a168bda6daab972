package io.github.locks.support;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.github.locks.Deadlock;
import io.github.locks.LockException;
import io.github.locks.LockHandle;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.spi.LockEvent;
import io.github.locks.spi.LockListener;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of deadlock detection over all kinds of lock.
 */
@Timeout(60)
class DeadlockDetectionTests {

	@TempDir
	private Path directory;

	private final List<Deadlock> reported = new CopyOnWriteArrayList<>();

	private final LockListener reports = new LockListener() {

		@Override
		public void onEvent(LockEvent event) {
		}

		@Override
		public void onDeadlock(Deadlock deadlock) {
			DeadlockDetectionTests.this.reported.add(deadlock);
		}

	};

	private DefaultLockManager locks;

	@BeforeEach
	void open() {
		this.locks = DefaultLockManager.builder()
			.directory(this.directory)
			.deadlockCheckInterval(Duration.ofMillis(1))
			.listener(this.reports)
			.shutdownTimeout(Duration.ZERO)
			.build();
	}

	@AfterEach
	void close() {
		this.locks.close();
	}

	@ParameterizedTest
	@ValueSource(ints = { 2, 3, 10, 200 })
	void cyclesOfAnyLengthAreFoundWhole(int length) {
		List<LockOwner> owners = new ArrayList<>();
		List<CompletableFuture<LockHandle>> waiting = new ArrayList<>();
		for (int i = 0; i < length; i++) {
			owners.add(LockOwner.create("o" + i));
			this.locks.acquire(LockRequest.write("r" + i).owner(owners.get(i)).build());
		}
		for (int i = 0; i < length; i++) {
			assertThat(this.locks.detectDeadlocks()).isEmpty();
			waiting.add(this.locks.acquireAsync(LockRequest.read("r" + (i + 1) % length).owner(owners.get(i)).build()));
		}
		assertThat(this.locks.detectDeadlocks()).singleElement().satisfies((deadlock) -> {
			assertThat(deadlock.kind()).isEqualTo(Deadlock.Kind.CYCLE);
			assertThat(deadlock.participants()).hasSize(length);
			for (int i = 0; i < length; i++) {
				Deadlock.Participant waiter = deadlock.participants().get(i);
				Deadlock.Participant holder = deadlock.participants().get((i + 1) % length);
				assertThat(holder.holds()).contains(waiter.waitsFor());
			}
		});
	}

	@Test
	void cycleOverALocalAndADistributedLockIsFound() {
		LockOwner one = LockOwner.create("one");
		LockOwner two = LockOwner.create("two");
		this.locks.acquire(LockRequest.write("local").owner(one).build());
		this.locks.acquire(LockRequest.distributed("file").owner(two).build());
		this.locks.acquireAsync(LockRequest.distributed("file").owner(one).build());
		this.locks.acquireAsync(LockRequest.read("local").owner(two).build());
		assertThat(this.locks.detectDeadlocks()).singleElement()
			.satisfies((deadlock) -> assertThat(deadlock.participants()).extracting(Deadlock.Participant::owner)
				.containsExactlyInAnyOrder("one", "two"));
	}

	@RepeatedTest(20)
	void bystandersAreNotParticipants() {
		LockOwner one = LockOwner.create("one");
		LockOwner two = LockOwner.create("two");
		this.locks.acquire(LockRequest.write("a").owner(one).build());
		this.locks.acquire(LockRequest.write("b").owner(two).build());
		this.locks.acquireAsync(LockRequest.read("a").owner(LockOwner.create("bystander")).build());
		this.locks.acquireAsync(LockRequest.write("b").owner(one).build());
		this.locks.acquireAsync(LockRequest.write("a").owner(two).build());
		this.locks.acquireAsync(LockRequest.write("a").owner(LockOwner.create("late")).build());
		assertThat(this.locks.detectDeadlocks()).singleElement()
			.satisfies((deadlock) -> assertThat(deadlock.participants()).extracting(Deadlock.Participant::owner)
				.containsExactlyInAnyOrder("one", "two"));
	}

	@ParameterizedTest
	@ValueSource(ints = { 2, 3, 10 })
	void cycleIsReportedWhenItClosesAndNotAtTheNextLook(int length) {
		LockOwner[] owners = IntStream.range(0, length)
			.mapToObj((number) -> LockOwner.create("o" + number))
			.toArray(LockOwner[]::new);
		try (DefaultLockManager patient = patient()) {
			for (int i = 0; i < length; i++) {
				patient.acquire(LockRequest.write("r" + i).owner(owners[i]).build());
			}
			for (int i = 0; i < length; i++) {
				assertThat(this.reported).isEmpty();
				patient.acquireAsync(LockRequest.write("r" + (i + 1) % length).owner(owners[i]).build());
			}
			awaitOneReportOf(length);
		}
	}

	@Test
	void cycleThatAThreadClosesIsReportedAtOnce() throws Exception {
		LockOwner other = LockOwner.create("other");
		try (DefaultLockManager patient = patient()) {
			patient.acquire(LockRequest.write("b").owner(other).build());
			Thread thread = new Thread(() -> {
				patient.writeLock("a");
				patient.acquireAsync(LockRequest.write("a").owner(other).build());
				assertThatExceptionOfType(LockException.class).isThrownBy(() -> patient.writeLock("b"));
			});
			thread.start();
			awaitOneReportOf(2);
			thread.interrupt();
			thread.join();
		}
	}

	/** The reader waits for nobody but the writer that waits in front of it. */
	@Test
	void cycleThroughTheQueueIsReportedAtOnce() {
		LockOwner reader = LockOwner.create("reader");
		LockOwner writer = LockOwner.create("writer");
		LockOwner late = LockOwner.create("late reader");
		try (DefaultLockManager patient = patient()) {
			patient.acquire(LockRequest.read("a").owner(reader).build());
			patient.acquire(LockRequest.write("b").owner(late).build());
			patient.acquireAsync(LockRequest.write("b").owner(reader).build());
			patient.acquireAsync(LockRequest.write("a").owner(writer).build());
			assertThat(this.reported).isEmpty();
			patient.acquireAsync(LockRequest.read("a").owner(late).build());
			awaitOneReportOf(3);
		}
	}

	private DefaultLockManager patient() {
		return DefaultLockManager.builder()
			.deadlockCheckInterval(Duration.ofHours(1))
			.shutdownTimeout(Duration.ZERO)
			.listener(this.reports)
			.build();
	}

	private void awaitOneReportOf(int length) {
		Awaitility.await().until(() -> this.reported.size() == 1);
		assertThat(this.reported.get(0).participants()).hasSize(length);
	}

	@Test
	void twoDeadlocksAreTwoReports() {
		for (String pair : List.of("x", "y")) {
			LockOwner one = LockOwner.create(pair + "1");
			LockOwner two = LockOwner.create(pair + "2");
			this.locks.acquire(LockRequest.write(pair + "a").owner(one).build());
			this.locks.acquire(LockRequest.write(pair + "b").owner(two).build());
			this.locks.acquireAsync(LockRequest.write(pair + "b").owner(one).build());
			this.locks.acquireAsync(LockRequest.write(pair + "a").owner(two).build());
		}
		assertThat(this.locks.detectDeadlocks()).hasSize(2);
	}

	@Test
	void orderedLockingIsNeverReported() throws Exception {
		int threads = 4;
		int acquisitions = Integer.getInteger("locks.test.ordered", 40_000);
		ExecutorService pool = Executors.newFixedThreadPool(threads + 1);
		try {
			List<Future<?>> loops = new ArrayList<>();
			for (int i = 0; i < threads; i++) {
				loops.add(pool.submit(() -> lockInOrder(acquisitions / threads / 2)));
			}
			while (loops.stream().anyMatch((loop) -> !loop.isDone())) {
				assertThat(this.locks.detectDeadlocks()).isEmpty();
			}
			for (Future<?> loop : loops) {
				loop.get(30, TimeUnit.SECONDS);
			}
			assertThat(this.reported).isEmpty();
		}
		finally {
			pool.shutdownNow();
		}
	}

	private void lockInOrder(int rounds) {
		for (int i = 0; i < rounds; i++) {
			int first = ThreadLocalRandom.current().nextInt(3);
			int second = first + 1 + ThreadLocalRandom.current().nextInt(2);
			try (LockHandle outer = lock(first); LockHandle inner = lock(second)) {
				assertThat(outer.isHeld() && inner.isHeld()).isTrue();
			}
		}
	}

	private LockHandle lock(int number) {
		boolean read = ThreadLocalRandom.current().nextBoolean();
		return read ? this.locks.readLock("r" + number) : this.locks.writeLock("r" + number);
	}

}
