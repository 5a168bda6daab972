package io.github.locks.statistics;

import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import io.github.locks.LockStatistics.Percentiles;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Tests for {@link Sketch}.
 */
class SketchTests {

	private final Sketch sketch = new Sketch();

	@Test
	void percentilesAreOffByAFifteenthAtMost() {
		LongStream.rangeClosed(1, 10_000)
			.forEach((number) -> this.sketch.add(TimeUnit.MICROSECONDS.toNanos(100 * number), number));
		Percentiles percentiles = this.sketch.percentiles(10_000, 10_000, TimeUnit.SECONDS.toNanos(1));
		assertThat(percentiles).isNotNull();
		assertThat(percentiles.p50()).isCloseTo(500, within(500 / 15.0));
		assertThat(percentiles.p90()).isCloseTo(900, within(900 / 15.0));
		assertThat(percentiles.p99()).isCloseTo(990, within(990 / 15.0));
	}

	@Test
	void whatWasTooShortToMeasureCounts() {
		LongStream.rangeClosed(1, 100).forEach((number) -> this.sketch.add(TimeUnit.MILLISECONDS.toNanos(80), number));
		Percentiles percentiles = this.sketch.percentiles(500, 100, TimeUnit.MILLISECONDS.toNanos(80));
		assertThat(percentiles).isNotNull();
		assertThat(percentiles.p50()).isZero();
		assertThat(percentiles.p90()).isCloseTo(80, within(80 / 15.0));
	}

	@Test
	void nothingIsLongerThanTheLongest() {
		LongStream.rangeClosed(1, 100).forEach((number) -> this.sketch.add(TimeUnit.MICROSECONDS.toNanos(33), number));
		Percentiles percentiles = this.sketch.percentiles(100, 100, TimeUnit.MICROSECONDS.toNanos(33));
		assertThat(percentiles).isEqualTo(new Percentiles(0.033, 0.033, 0.033));
	}

	@Test
	void fewTellNothing() {
		LongStream.rangeClosed(1, Sketch.FEW).forEach((number) -> this.sketch.add(1_000_000, number));
		assertThat(this.sketch.percentiles(Sketch.FEW, Sketch.FEW, 1_000_000)).isNull();
		assertThat(this.sketch.percentiles(Sketch.FEW, 0, 0)).isNull();
		assertThat(this.sketch.percentiles(Sketch.FEW + 1, 0, 0)).isEqualTo(new Percentiles(0, 0, 0));
	}

	@Test
	void anyDurationCanBeAdded() {
		for (long nanos : new long[] { Long.MIN_VALUE, -1, 0, 1, TimeUnit.DAYS.toNanos(1), Long.MAX_VALUE }) {
			this.sketch.add(nanos, 100);
		}
		Percentiles percentiles = this.sketch.percentiles(6, 6, TimeUnit.DAYS.toNanos(1));
		assertThat(percentiles).isNotNull();
		assertThat(percentiles.p99()).isBetween(TimeUnit.MINUTES.toMillis(28) * 1.0,
				TimeUnit.MINUTES.toMillis(32) * 1.0);
	}

}
