package io.github.locks.local;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import io.github.locks.LockOwner;
import io.github.locks.LockType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Races at the word of a {@link FairLock}: owners that enter and leave by compare-and-set
 * against others that inflate it, revoke its slots, wait, give up, look and retire.
 */
@Timeout(120)
@ParameterizedClass(name = "may be overtaken for {0} ns")
@ValueSource(ints = { 0, 1_000_000 })
class FairLockRaceTests {

	@Parameter
	private int overtakingNanos;

	private static final int ROUNDS = 20_000;

	private final AtomicInteger readers = new AtomicInteger();

	private final AtomicInteger writers = new AtomicInteger();

	/** Not atomic: only the lock keeps it right. */
	private int written;

	private int expected;

	private volatile FairLock lock;

	@BeforeEach
	void createLock() {
		this.lock = new FairLock("a", 0, this.overtakingNanos);
	}

	@RepeatedTest(2)
	void excludesWhateverWayItIsEntered() {
		run(4, (random) -> enter(random, random.nextInt(10) < 7 ? LockType.READ : LockType.WRITE));
		assertThat(this.written).isEqualTo(this.expected);
		assertThat(this.lock.isFree()).isTrue();
	}

	@RepeatedTest(2)
	void readersInSlotsAreSeenByEveryWriter() {
		run(4, (random) -> enter(random, random.nextInt(200) > 0 ? LockType.READ : LockType.WRITE));
		assertThat(this.written).isEqualTo(this.expected);
		assertThat(this.lock.isFree()).isTrue();
	}

	@RepeatedTest(2)
	void retiredLockIsEnteredByNobody() {
		AtomicBoolean done = new AtomicBoolean();
		CompletableFuture<Void> reaper = CompletableFuture.runAsync(() -> {
			while (!done.get()) {
				FairLock current = this.lock;
				if (current.retire()) {
					assertThat(this.readers.get() + this.writers.get()).isZero();
					this.lock = new FairLock("a", current.lastToken(), this.overtakingNanos);
				}
				Thread.yield();
			}
		});
		try {
			run(3, (random) -> enter(random, random.nextBoolean() ? LockType.READ : LockType.WRITE));
		}
		finally {
			done.set(true);
		}
		reaper.join();
		assertThat(this.written).isEqualTo(this.expected);
	}

	@Test
	void releaseJustBeforeAThreadParksWakesIt() {
		int rounds = ROUNDS / 10;
		AtomicReference<Acquisition> turn = new AtomicReference<>();
		CompletableFuture<Void> waiter = CompletableFuture.runAsync(() -> {
			for (int round = 0; round < rounds; round++) {
				Acquisition waiting = turn.get();
				while (waiting == null) {
					Thread.onSpinWait();
					waiting = turn.get();
				}
				waiting.await(TimeUnit.SECONDS.toNanos(60), false);
				assertThat(this.lock.release(waiting)).isTrue();
				turn.set(null);
			}
		}, (task) -> new Thread(task).start());
		for (int round = 0; round < rounds; round++) {
			Acquisition held = ask();
			turn.set(ask());
			pause(round % 3000);
			this.lock.release(held);
			long start = System.nanoTime();
			while (turn.get() != null && !waiter.isCompletedExceptionally()) {
				assertThat(System.nanoTime() - start).as("time to wake up").isLessThan(TimeUnit.SECONDS.toNanos(30));
				Thread.onSpinWait();
			}
		}
		waiter.join();
	}

	private Acquisition ask() {
		Acquisition acquisition = this.lock.prepare(LockType.WRITE, LockOwner.create("o"), null, null);
		this.lock.acquire(acquisition, true);
		return acquisition;
	}

	/** Shifts the moments of a race against each other; orders nothing. */
	private static void pause(long nanos) {
		long start = System.nanoTime();
		while (System.nanoTime() - start < nanos) {
			Thread.onSpinWait();
		}
	}

	private void run(int threads, Step step) {
		List<CompletableFuture<Integer>> runs = new ArrayList<>();
		for (int i = 0; i < threads; i++) {
			SplittableRandom random = new SplittableRandom(42 + i);
			runs.add(CompletableFuture.supplyAsync(() -> {
				int writes = 0;
				for (int round = 0; round < ROUNDS; round++) {
					writes += step.take(random);
				}
				return writes;
			}, (task) -> new Thread(task).start()));
		}
		this.expected += runs.stream().mapToInt(CompletableFuture::join).sum();
	}

	/** Returns how many writes were done. */
	private int enter(SplittableRandom random, LockType type) {
		Request request = new Request(this.lock, type, LockOwner.create("o"));
		boolean entered = (random.nextBoolean() && request.tryEnter()) || isGranted(random, request);
		if (!entered) {
			return 0;
		}
		int writes = use(random, request);
		assertThat(request.isGranted()).isTrue();
		assertThat(request.release()).isTrue();
		assertThat(request.release()).isFalse();
		assertThat(request.isGranted()).isFalse();
		return writes;
	}

	private boolean isGranted(SplittableRandom random, Request request) {
		Acquisition acquisition = request.acquisition();
		Outcome outcome = request.lock().acquire(acquisition, random.nextInt(4) > 0);
		if (outcome != Outcome.QUEUED) {
			return outcome == Outcome.GRANTED;
		}
		acquisition.spin(1000);
		acquisition.await(random.nextInt(3) == 0 ? 0 : Long.MAX_VALUE, false);
		return !request.lock().giveUp(acquisition);
	}

	private int use(SplittableRandom random, Request request) {
		boolean writes = request.type() == LockType.WRITE;
		AtomicInteger inside = writes ? this.writers : this.readers;
		inside.incrementAndGet();
		assertThat(this.writers.get()).isLessThanOrEqualTo(writes ? 1 : 0);
		if (writes) {
			assertThat(this.readers.get()).isZero();
			this.written++;
		}
		switch (random.nextInt(12)) {
			case 0 -> assertThat(request.lock().snapshot().granted()).extracting(Acquisition::owner)
				.contains(request.owner());
			case 1 -> assertThat(request.fencingToken()).isPositive();
			case 2 -> nest(request);
			case 3 -> LockSupport.parkNanos(1);
			case 4 -> assertThat(request.lock().retire()).isFalse();
			default -> {
			}
		}
		inside.decrementAndGet();
		return writes ? 1 : 0;
	}

	private static void nest(Request outer) {
		Request nested = new Request(outer.lock(), LockType.READ, outer.owner().child("c"));
		assertThat(nested.acquire(true)).isEqualTo(Outcome.GRANTED);
		assertThat(nested.fencingToken()).isEqualTo(outer.fencingToken());
		assertThat(nested.release()).isTrue();
	}

	/**
	 * What a thread does again and again.
	 */
	private interface Step {

		int take(SplittableRandom random);

	}

}
