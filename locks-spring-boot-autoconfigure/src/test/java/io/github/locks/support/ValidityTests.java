package io.github.locks.support;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

import io.github.locks.support.Validity.Moment;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link Validity}.
 */
class ValidityTests {

	private static final Optional<Duration> LONG = Optional.of(Duration.ofMinutes(1));

	private final AtomicReference<Instant> time = new AtomicReference<>(Instant.parse("2026-11-27T08:00:00Z"));

	@Test
	void isCountedFromTheQuestionAndWithAMargin() {
		Validity validity = of(ago(Duration.ofSeconds(59)));
		assertThat(validity.isOver()).isFalse();
		assertThat(Duration.ofNanos(validity.remainingNanos())).isBetween(Duration.ZERO, Duration.ofMillis(401));
		assertThat(of(ago(Duration.ofMillis(59_400))).isOver()).isTrue();
	}

	@Test
	void isOverWhenTheWallClockSaysSo() {
		Validity validity = of(ago(Duration.ZERO));
		this.time.updateAndGet((now) -> now.plusMillis(59_399));
		assertThat(validity.isOver()).isFalse();
		this.time.updateAndGet((now) -> now.plusMillis(1));
		assertThat(validity.isOver()).as("the monotonic clock stood still").isTrue();
	}

	@Test
	void isOverWhenTheMonotonicClockSaysSo() {
		Moment asked = ago(Duration.ofMinutes(1));
		this.time.updateAndGet((now) -> now.minusSeconds(3600));
		assertThat(of(asked).isOver()).as("the wall clock was set back").isTrue();
	}

	@Test
	void staysOver() {
		Validity validity = of(ago(Duration.ZERO));
		this.time.updateAndGet((now) -> now.plusSeconds(3600));
		assertThat(validity.isOver()).isTrue();
		this.time.updateAndGet((now) -> now.minusSeconds(3600));
		assertThat(validity.isOver()).as("the wall clock was set right").isTrue();
		assertThat(validity.extend(ago(Duration.ZERO))).isFalse();
		assertThat(validity.isOver()).isTrue();
	}

	@Test
	void isNotExtendedByAnAnswerThatComesTooLate() {
		Validity validity = of(ago(Duration.ofMinutes(2)));
		assertThat(validity.extend(ago(Duration.ZERO))).isFalse();
		assertThat(validity.isOver()).isTrue();
	}

	@Test
	void isExtendedFromTheQuestionOn() {
		Validity validity = of(ago(Duration.ofSeconds(50)));
		assertThat(validity.extend(ago(Duration.ofSeconds(10)))).isTrue();
		assertThat(Duration.ofNanos(validity.remainingNanos())).isBetween(Duration.ofSeconds(48),
				Duration.ofSeconds(50));
	}

	@Test
	void withoutATimeToLiveItIsNeverOver() {
		Validity validity = Validity.of(Optional.empty(), ago(Duration.ofDays(1000)), this.time::get);
		assertThat(validity.isOver()).isFalse();
		assertThat(validity.extend(ago(Duration.ofDays(1000)))).isTrue();
		assertThat(validity.isLimited()).isFalse();
	}

	private Validity of(Moment asked) {
		return Validity.of(LONG, asked, this.time::get);
	}

	private Moment ago(Duration duration) {
		return new Moment(System.nanoTime() - duration.toNanos(), this.time.get().minus(duration).toEpochMilli());
	}

}
