package io.github.locks;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import io.github.locks.event.LockDeadlockEvent;
import io.github.locks.event.LockLostEvent;
import io.github.locks.event.LockTimeoutEvent;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.LockEvent;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of {@link LockNames}.
 */
class LockNamesTests {

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "", " ", "\t\n", "\u2003", "a\0b", "\ud83d", "a\udc00", "\udc00\ud83d" })
	void refusesWhatIsNoName(String name) {
		assertThatExceptionOfType(InvalidLockNameException.class).isThrownBy(() -> LockNames.check(name))
			.withMessageContaining("name of a lock")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("\0", "\n"));
	}

	static Stream<String> longestNames() {
		return Stream.of("x".repeat(512), "\u00e9".repeat(512), "\u20ac".repeat(512), "\ud83d\ude00".repeat(512));
	}

	@ParameterizedTest
	@MethodSource("longestNames")
	void acceptsTheLongestNamesAndNotOneMore(String name) {
		assertThat(LockNames.check(name)).isSameAs(name);
		assertThatExceptionOfType(InvalidLockNameException.class).isThrownBy(() -> LockNames.check(name + "x"))
			.withMessageContaining("512");
	}

	@Test
	void refusesTenMegabytesQuicklyWithoutPrintingThem() {
		String name = "x".repeat(10_000_000);
		long fastest = Long.MAX_VALUE;
		for (int i = 0; i < 5; i++) {
			long start = System.nanoTime();
			assertThatExceptionOfType(InvalidLockNameException.class).isThrownBy(() -> LockNames.check(name))
				.satisfies((ex) -> assertThat(ex.getMessage()).hasSizeLessThan(500));
			fastest = Math.min(fastest, System.nanoTime() - start);
		}
		assertThat(Duration.ofNanos(fastest)).isLessThan(Duration.ofSeconds(1));
	}

	@ParameterizedTest
	@ValueSource(strings = { "a", "a ", " a", "A", "\u00df", "SS", "../../etc/passwd", "a\r\nb", "\u001b[31mred",
			"\u202Eevil", "<script>alert(1)</script>", "${jndi:ldap://127.0.0.1/a}", "{{7*7}}", "a\",\"b\":1", "%00",
			"\uFEFFa" })
	void acceptsAllOtherNamesAsTheyAre(String name) {
		assertThat(LockNames.check(name)).isSameAs(name);
	}

	@Test
	void quotedNamesCannotBreakOrDisguiseAMessage() {
		assertThat(LockNames.quote("a\r\nb\u001b[31m\u202Ec\ud83d"))
			.isEqualTo("'a\\u000d\\u000ab\\u001b[31m\\u202ec\\ud83d'");
		assertThat(LockNames.quote("\ud83d\ude00 \u00e9")).isEqualTo("'\ud83d\ude00 \u00e9'");
		assertThat(LockNames.quote("x".repeat(1000))).hasSizeLessThan(130).endsWith("...'");
	}

	@Test
	void valuesWithNamesCannotBreakOrDisguiseALog() {
		String evil = "a\r\nERROR b";
		LockHolder holder = new LockHolder(evil, evil, Instant.EPOCH, 1.5, evil);
		LockStatus status = new LockStatus(List.of(holder),
				List.of(new LockWaiter(evil, null, Instant.EPOCH, 0, 1, evil)));
		LockOperation operation = new LockOperation(Instant.EPOCH, "read", LockOperation.Kind.ACQUIRED, evil, evil, 0);
		Deadlock deadlock = new Deadlock(Deadlock.Kind.CYCLE, Instant.EPOCH,
				List.of(new Deadlock.Participant(evil, List.of(evil), evil, 1, evil, evil)));
		for (Object value : List.of(new ResourceStatus(evil, Map.of("read", status)),
				new ResourceStatistics(evil, Map.of(), List.of(operation)), new LockDeadlockEvent(deadlock),
				new LockTimeoutEvent(evil, LockType.READ, evil, evil, evil, Duration.ZERO),
				new LockLostEvent(evil, LockType.READ, evil, evil, evil, Duration.ZERO),
				new LockEvent(LockOperation.Kind.LOST, evil, LockType.READ, evil, evil, evil, 0, 0, false, 0),
				new LeaseRequest(evil, LockType.DISTRIBUTED, evil, evil, Instant.EPOCH))) {
			assertThat(value.toString()).doesNotContain("\r", "\n").contains("'a\\u000d\\u000aERROR b'");
		}
		assertThat(new LockHolder("o", null, Instant.EPOCH, 1.5, "4711@host")).hasToString(
				"LockHolder[owner='o', method=null, since=1970-01-01T00:00:00Z, heldMs=1.5, process='4711@host']");
	}

}
