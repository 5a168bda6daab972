package io.github.locks.statistics;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import io.github.locks.LockOperation;
import io.github.locks.LockType;
import io.github.locks.spi.LockEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link History}: it keeps the last events and no more, in no more memory than
 * they need.
 */
@Timeout(60)
class HistoryTests {

	private static final int LARGEST = 100_000;

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 15, 16, 17, 47, 48, 49, 100, 112, 113, 1000, LARGEST })
	void keepsTheLastEventsInTheirOrder(int size) {
		History history = new History(size);
		for (int written = 0; written <= 2 * size + 1; written++) {
			if (size <= 113 || written % size <= 1) {
				assertThat(times(history)).as(written + " events")
					.containsExactlyElementsOf(LongStream.range(Math.max(0, written - size), written).boxed().toList());
			}
			history.add(event(written));
		}
		assertThat(history.capacity()).isEqualTo(size);
	}

	@Test
	void keepsNothingWhenItsSizeIsZero() {
		History history = new History(0);
		history.add(event(1));
		assertThat(history.last(Integer.MAX_VALUE)).isEmpty();
		assertThat(history.capacity()).isZero();
	}

	@Test
	void tenThousandNamesThatAreUsedOnceNeedLittleMemory() {
		List<History> histories = IntStream.range(0, 10_000).mapToObj((i) -> new History(LARGEST)).toList();
		histories.forEach((history) -> {
			history.add(event(1));
			history.add(event(2));
		});
		assertThat(histories.stream().mapToLong(History::capacity).sum()).isLessThanOrEqualTo(16 * 10_000);
	}

	@Test
	void memoryGrowsWithTheEventsUpToTheSize() {
		History history = new History(LARGEST);
		assertThat(history.capacity()).isZero();
		for (int written = 1; written <= 2 * LARGEST; written++) {
			history.add(event(written));
			assertThat(history.capacity()).isLessThanOrEqualTo(Math.min(LARGEST, 16 + 2 * written));
		}
		assertThat(history.capacity()).isEqualTo(LARGEST);
	}

	@Test
	void nothingIsLostWhileThreadsMakeItGrow() throws Exception {
		int threads = 8;
		int each = 2_000;
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			for (int round = 0; round < 50; round++) {
				History history = new History(LARGEST);
				CyclicBarrier start = new CyclicBarrier(threads);
				List<Future<?>> writers = new ArrayList<>();
				for (int writer = 0; writer < threads; writer++) {
					long first = (long) writer * each;
					writers.add(executor.submit(() -> {
						start.await();
						LongStream.range(first, first + each).forEach((time) -> history.add(event(time)));
						return null;
					}));
				}
				for (Future<?> writer : writers) {
					writer.get();
				}
				assertThat(times(history)).hasSize(threads * each).doesNotHaveDuplicates();
			}
		}
		finally {
			executor.shutdownNow();
		}
	}

	private static List<Long> times(History history) {
		return history.last(Integer.MAX_VALUE).stream().map(LockEvent::nanoTime).toList();
	}

	private static LockEvent event(long time) {
		return new LockEvent(LockOperation.Kind.ACQUIRED, "a", LockType.WRITE, "owner", null, null, time, 0, false, 0);
	}

}
