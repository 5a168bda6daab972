package io.github.locks.actuate;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import io.github.locks.Deadlock;
import io.github.locks.InvalidLockNameException;
import io.github.locks.LockManager;
import io.github.locks.ResourceStatistics;
import io.github.locks.ResourceStatus;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link LocksEndpoint}.
 */
class LocksEndpointTests {

	private static final ResourceStatistics STATISTICS = new ResourceStatistics("a", Map.of(), List.of());

	private static final ResourceStatus STATUS = new ResourceStatus("a", Map.of());

	private final LockManager locks = mock(LockManager.class);

	private final LocksEndpoint endpoint = new LocksEndpoint(this.locks);

	@Test
	void allResourcesAreShown() {
		Deadlock deadlock = cycle("b", "c");
		given(this.locks.getStatistics()).willReturn(List.of(STATISTICS));
		given(this.locks.getLockStatus()).willReturn(List.of(STATUS));
		given(this.locks.detectDeadlocks()).willReturn(List.of(deadlock));
		assertThat(this.endpoint.locks(null))
			.isEqualTo(new LocksDescriptor(List.of(STATISTICS), List.of(STATUS), List.of(deadlock)));
	}

	@Test
	void resourceWithStatisticsOnlyIsKnown() {
		given(this.locks.getStatistics("a")).willReturn(List.of(STATISTICS));
		assertThat(this.endpoint.locks("a")).isEqualTo(new LocksDescriptor(List.of(STATISTICS), List.of(), List.of()));
	}

	@Test
	void resourceWithStatusOnlyIsKnown() {
		given(this.locks.getLockStatus("a")).willReturn(List.of(STATUS));
		assertThat(this.endpoint.locks("a")).isEqualTo(new LocksDescriptor(List.of(), List.of(STATUS), List.of()));
	}

	@Test
	void resourceWithNeitherIsUnknown() {
		assertThat(this.endpoint.locks("a")).isNull();
		assertThat(this.endpoint.lock("a")).isNull();
	}

	@Test
	void segmentsOfThePathAreOneName() {
		given(this.locks.getStatistics("a/b:c/d")).willReturn(List.of(STATISTICS));
		assertThat(this.endpoint.lock("a", "b:c", "d")).isNotNull();
	}

	@Test
	void deadlocksOfOneResourceAreThoseThatInvolveIt() {
		Deadlock held = cycle("a", "x");
		Deadlock awaited = cycle("x", "a");
		given(this.locks.getStatistics("a")).willReturn(List.of(STATISTICS));
		given(this.locks.detectDeadlocks()).willReturn(List.of(held, cycle("b", "c"), awaited));
		LocksDescriptor descriptor = this.endpoint.locks("a");
		assertThat(descriptor).isNotNull();
		assertThat(descriptor.deadlocks()).containsExactly(held, awaited);
	}

	@Test
	void nameThatCannotBeThatOfAResourceIsUnknown() {
		given(this.locks.getStatistics("")).willThrow(new InvalidLockNameException("blank"));
		assertThat(this.endpoint.locks("")).isNull();
		assertThat(this.endpoint.lock("")).isNull();
		assertThat(this.endpoint.lock()).isNull();
	}

	@Test
	void statisticsOfAllResourcesAreReset() {
		this.endpoint.resetStatistics(null);
		then(this.locks).should().resetStatistics();
	}

	@Test
	void statisticsOfOneResourceAreReset() {
		this.endpoint.resetStatistics("a");
		then(this.locks).should().resetStatistics("a");
		then(this.locks).shouldHaveNoMoreInteractions();
	}

	@Test
	void blankNameDoesNotResetAllResources() {
		willThrow(new InvalidLockNameException("blank")).given(this.locks).resetStatistics("");
		assertThatExceptionOfType(InvalidEndpointRequestException.class)
			.isThrownBy(() -> this.endpoint.resetStatistics(""));
		then(this.locks).should().resetStatistics("");
		then(this.locks).shouldHaveNoMoreInteractions();
	}

	private static Deadlock cycle(String held, String awaited) {
		return new Deadlock(Deadlock.Kind.CYCLE, Instant.EPOCH,
				List.of(new Deadlock.Participant("t1", List.of(held), awaited, 1.0, null, "1@host")));
	}

}
