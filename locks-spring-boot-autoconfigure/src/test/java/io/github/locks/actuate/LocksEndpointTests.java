package io.github.locks.actuate;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.github.locks.Deadlock;
import io.github.locks.InvalidLockNameException;
import io.github.locks.LockAdvice;
import io.github.locks.LockHolder;
import io.github.locks.LockManager;
import io.github.locks.LockOperation;
import io.github.locks.LockQuery;
import io.github.locks.LockStatistics;
import io.github.locks.LockStatus;
import io.github.locks.LockWaiter;
import io.github.locks.ResourceStatistics;
import io.github.locks.ResourceStatus;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;

/**
 * Tests for {@link LocksEndpoint}.
 */
class LocksEndpointTests {

	private static final ResourceStatistics STATISTICS = new ResourceStatistics("a", Map.of(), List.of());

	private static final ResourceStatus STATUS = new ResourceStatus("a", Map.of());

	private final LockManager locks = mock(LockManager.class);

	private final LocksEndpoint endpoint = new LocksEndpoint(this.locks);

	@BeforeEach
	void makeOverviewOfAll() {
		given(this.locks.getOverview(any())).willCallRealMethod();
	}

	@Test
	void allResourcesAreShown() {
		Deadlock deadlock = cycle("b", "c");
		given(this.locks.getStatistics()).willReturn(List.of(STATISTICS));
		given(this.locks.getLockStatus()).willReturn(List.of(STATUS));
		given(this.locks.detectDeadlocks()).willReturn(List.of(deadlock));
		assertThat(this.endpoint.locks(null, null, null, null, null))
			.isEqualTo(new LocksDescriptor(List.of(STATISTICS), List.of(STATUS), List.of(deadlock)));
	}

	@Test
	void ofAllResourcesOnlyTheEndOfTheHistoryIsShown() {
		ResourceStatistics used = new ResourceStatistics("a", Map.of(),
				IntStream.range(0, 7).mapToObj(LocksEndpointTests::operation).toList());
		given(this.locks.getStatistics()).willReturn(List.of(used));
		given(this.locks.getStatistics("a")).willReturn(List.of(used));
		assertThat(this.endpoint.locks(null, null, null, null, null)).isEqualTo(new LocksDescriptor(
				List.of(new ResourceStatistics("a", Map.of(), used.recentOperations().subList(2, 7))), List.of(),
				List.of()));
		assertThat(this.endpoint.locks("a", null, null, null, null))
			.isEqualTo(new LocksDescriptor(List.of(used), List.of(), List.of()));
	}

	@Test
	void ofAllResourcesOnlyTheBeginningOfTheQueueIsShown() {
		List<LockHolder> holders = IntStream.range(0, 30)
			.mapToObj((i) -> new LockHolder("h" + i, null, Instant.EPOCH, 1, "1@host"))
			.toList();
		List<LockWaiter> waiters = IntStream.range(0, 30)
			.mapToObj((i) -> new LockWaiter("w" + i, null, Instant.EPOCH, 1, i + 1, "1@host"))
			.toList();
		given(this.locks.getLockStatus())
			.willReturn(List.of(new ResourceStatus("a", Map.of("read", new LockStatus(holders, waiters)))));
		assertThat(this.endpoint.locks(null, null, null, null, null))
			.isEqualTo(new LocksDescriptor(List.of(),
					List.of(new ResourceStatus("a",
							Map.of("read", new LockStatus(holders.subList(0, 20), waiters.subList(0, 20))))),
					List.of()));
	}

	@Test
	void cyclesComeBeforeLongWaitsOfWhichOnlySomeAreShown() {
		Deadlock wait = new Deadlock(Deadlock.Kind.LONG_WAIT, Instant.EPOCH, List.of());
		Deadlock cycle = cycle("b", "c");
		List<Deadlock> deadlocks = new ArrayList<>(Collections.nCopies(1_000, wait));
		deadlocks.add(cycle);
		given(this.locks.detectDeadlocks()).willReturn(deadlocks);
		LocksDescriptor descriptor = this.endpoint.locks(null, null, null, null, null);
		assertThat(descriptor).isNotNull();
		assertThat(descriptor.deadlocks()).hasSize(100).startsWith(cycle, wait);
	}

	@Test
	void resourcesWithStatusOnlyCountAsOthersDo() {
		given(this.locks.getLockStatus()).willReturn(List.of(STATUS, new ResourceStatus("b", Map.of())));
		given(this.locks.getStatistics()).willReturn(List.of(new ResourceStatistics("c", Map.of(), List.of())));
		assertThat(this.endpoint.locks(null, 1, null, null, null))
			.isEqualTo(new LocksDescriptor(List.of(), List.of(STATUS), List.of(), 2, null));
		assertThat(this.endpoint.locks(null, 3, null, null, null)).extracting(LocksDescriptor::resourcesLeftOut)
			.isNull();
	}

	@ParameterizedTest
	@ValueSource(ints = { Integer.MIN_VALUE, -1, 0, 10_001, Integer.MAX_VALUE })
	void limitOutOfRangeIsRefused(int limit) {
		for (String resource : new String[] { null, "a" }) {
			assertThatExceptionOfType(InvalidEndpointRequestException.class)
				.isThrownBy(() -> this.endpoint.locks(resource, limit, null, null, null))
				.withMessage("'limit' must be a number from 1 to 10000, not " + limit);
		}
	}

	@Test
	void choiceThatDoesNotExistIsRefusedWithThoseThatDo() {
		assertThatExceptionOfType(InvalidEndpointRequestException.class)
			.isThrownBy(() -> this.endpoint.locks(null, null, "locked", null, null))
			.withMessage("'state' must be one of all, held, waiting, free, not 'locked'");
		assertThatExceptionOfType(InvalidEndpointRequestException.class)
			.isThrownBy(() -> this.endpoint.locks("a", null, null, "p99", null))
			.withMessage("'sort' must be one of heat, name, acquisitions, wait, hold, timeouts, not 'p99'");
		assertThatExceptionOfType(InvalidEndpointRequestException.class)
			.isThrownBy(() -> this.endpoint.locks(null, null, null, null, "x".repeat(513)))
			.withMessageContaining("513");
	}

	@Test
	void parametersAreWhatIsAskedFor() {
		this.endpoint.locks(null, 7, "Held", "timeouts", "ab");
		then(this.locks).should()
			.getOverview(LockQuery.HOTTEST.withOperations(5)
				.withLimit(7)
				.withState(LockQuery.State.HELD)
				.withSort(LockQuery.Sort.TIMEOUTS)
				.withNamesLike("ab"));
	}

	@Test
	void orderThatIsAskedForIsThatOfTheDocument() {
		given(this.locks.getStatistics()).willReturn(List.of(used("a", 1), used("b", 3), used("c", 2)));
		assertThat(names(this.endpoint.locks(null, 2, null, null, null))).containsExactly("b", "c");
		assertThat(names(this.endpoint.locks(null, 2, null, "acquisitions", null))).containsExactly("b", "c");
		assertThat(names(this.endpoint.locks(null, null, null, null, null))).containsExactly("a", "b", "c");
		assertThat(names(this.endpoint.locks(null, null, null, "acquisitions", null))).containsExactly("b", "c", "a");
		assertThat(names(this.endpoint.locks(null, 2, null, "name", "B"))).containsExactly("b");
	}

	@Test
	void documentWithoutALimitIsNeverLargerThanAMegabyte() {
		String hostile = "\u0001".repeat(512);
		List<LockWaiter> waiters = IntStream.range(0, 20)
			.mapToObj((i) -> new LockWaiter(hostile, hostile, Instant.now(), 1e9 / 7, i + 1, "12345@host"))
			.toList();
		given(this.locks.getLockStatus()).willReturn(IntStream.range(0, 250)
			.mapToObj((i) -> new ResourceStatus(hostile + i, Map.of("write", new LockStatus(List.of(), waiters))))
			.toList());
		given(this.locks.detectDeadlocks()).willReturn(Collections.nCopies(100, cycle(hostile, hostile)));
		LocksDescriptor document = this.endpoint.locks(null, null, null, null, null);
		assertThat(document).isNotNull();
		assertThat(document.status()).isNotEmpty();
		assertThat(document.status().size() + document.resourcesLeftOut()).isEqualTo(250);
		assertThat(JsonMapper.shared().writeValueAsBytes(document)).hasSizeBetween(800_000, 1_000_000);
		document = this.endpoint.locks(null, 250, null, null, null);
		assertThat(document).isNotNull();
		assertThat(document.status()).hasSize(250);
	}

	@Test
	void ofOneResourceTheLimitCountsOwnersAndOperations() {
		ResourceStatistics used = new ResourceStatistics("a", Map.of(),
				IntStream.range(0, 7).mapToObj(LocksEndpointTests::operation).toList());
		List<LockHolder> holders = IntStream.range(0, 30)
			.mapToObj((i) -> new LockHolder("h" + i, null, Instant.EPOCH, 1, "1@host"))
			.toList();
		given(this.locks.getStatistics("a")).willReturn(List.of(used));
		given(this.locks.getLockStatus("a"))
			.willReturn(List.of(new ResourceStatus("a", Map.of("read", new LockStatus(holders, List.of())))));
		LocksDescriptor document = this.endpoint.locks("a", 3, null, null, null);
		assertThat(document).isNotNull();
		assertThat(document.statistics().get(0).recentOperations()).hasSize(3).last().isEqualTo(operation(6));
		assertThat(document.status().get(0).locks().get("read").holders()).hasSize(3).startsWith(holders.get(0));
	}

	@Test
	void maskedNamesAreNowhereInTheDocumentButStandForResources() {
		String name = "customer:alice@example.org";
		LocksEndpoint masked = new LocksEndpoint(this.locks, true);
		given(this.locks.getStatistics()).willReturn(List.of(used(name, 1)));
		given(this.locks.getStatistics(name)).willReturn(List.of(used(name, 1)));
		given(this.locks.getLockStatus()).willReturn(List.of(new ResourceStatus(name, Map.of())));
		given(this.locks.detectDeadlocks()).willReturn(List.of(cycle(name, name)));
		given(this.locks.getAdvice(name)).willReturn(List.of(new LockAdvice(name, "read",
				LockAdvice.Kind.TIMEOUT_BELOW_HOLD, 1, 2, "'locks.resources[" + name + "].timeout'", "raise it")));
		LocksDescriptor all = masked.locks(null, null, null, null, null);
		String shown = names(all).get(0);
		assertThat(shown).matches("customer:~[0-9a-f]{10}");
		LocksDescriptor one = masked.locks(shown, null, null, null, null);
		assertThat(names(one)).containsExactly(shown);
		assertThat(all + " " + one).doesNotContain("alice");
		assertThat(masked.locks(name, null, null, null, null)).isNull();
		assertThat(names(masked.locks(null, null, null, null, "Custom"))).containsExactly(shown);
		assertThat(names(masked.locks(null, null, null, null, shown))).containsExactly(shown);
		assertThat(names(masked.locks(null, null, null, null, "alice"))).isEmpty();
		masked.resetStatistics(name);
		then(this.locks).should(never()).resetStatistics(any());
		masked.resetStatistics(shown);
		then(this.locks).should().resetStatistics(name);
		LocksDescriptor elsewhere = new LocksEndpoint(this.locks, true).locks(null, null, null, null, null);
		assertThat(names(elsewhere)).isNotEqualTo(names(all));
	}

	private static List<String> names(LocksDescriptor document) {
		assertThat(document).isNotNull();
		return document.statistics().stream().map(ResourceStatistics::resourceName).toList();
	}

	private static ResourceStatistics used(String name, int acquisitions) {
		return new ResourceStatistics(name,
				Map.of("read", new LockStatistics(acquisitions, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, null, null)),
				List.of());
	}

	@Test
	void resourceWithStatisticsOnlyIsKnown() {
		given(this.locks.getStatistics("a")).willReturn(List.of(STATISTICS));
		assertThat(this.endpoint.locks("a", null, null, null, null))
			.isEqualTo(new LocksDescriptor(List.of(STATISTICS), List.of(), List.of()));
	}

	@Test
	void resourceWithStatusOnlyIsKnown() {
		given(this.locks.getLockStatus("a")).willReturn(List.of(STATUS));
		assertThat(this.endpoint.locks("a", null, null, null, null))
			.isEqualTo(new LocksDescriptor(List.of(), List.of(STATUS), List.of()));
	}

	@Test
	void resourceWithNeitherIsUnknown() {
		assertThat(this.endpoint.locks("a", null, null, null, null)).isNull();
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
		LocksDescriptor descriptor = this.endpoint.locks("a", null, null, null, null);
		assertThat(descriptor).isNotNull();
		assertThat(descriptor.deadlocks()).containsExactly(held, awaited);
	}

	@Test
	void nameThatCannotBeThatOfAResourceIsUnknown() {
		given(this.locks.getStatistics("")).willThrow(new InvalidLockNameException("blank"));
		assertThat(this.endpoint.locks("", null, null, null, null)).isNull();
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

	private static LockOperation operation(int number) {
		return new LockOperation(Instant.EPOCH, "read", LockOperation.Kind.ACQUIRED, "t" + number, null, 0);
	}

	private static Deadlock cycle(String held, String awaited) {
		return new Deadlock(Deadlock.Kind.CYCLE, Instant.EPOCH,
				List.of(new Deadlock.Participant("t1", List.of(held), awaited, 1.0, null, "1@host")));
	}

}
