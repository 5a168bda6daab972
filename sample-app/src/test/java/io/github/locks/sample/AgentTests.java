package io.github.locks.sample;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import io.github.locks.LockTimeoutException;
import io.github.locks.LockType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link Agent} and {@link AgentReport}: a memory that forgets is found out.
 */
class AgentTests {

	private static final int LIVE = 0;

	private static final int LEARN = 3;

	private static final int COUNT = 5;

	private final EpisodeStore episodes = mock();

	private final SkillLibrary skills = mock();

	private final SharedCounter counter = mock();

	private final Agent agent = new Agent("a1", this.episodes, this.skills, this.counter);

	@BeforeEach
	void prepareMemory() {
		given(this.episodes.add("a1", "operation 0")).willReturn(new Episode(1, "a1", "operation 0"));
	}

	@Test
	void findLossesWhenNothingIsLostIsEmpty() {
		this.agent.act(LIVE);
		this.agent.act(LEARN);
		this.agent.act(COUNT);
		given(this.episodes.byAgent("a1")).willReturn(List.of(new Episode(1, "a1", "operation 0")));
		given(this.skills.find("a1"))
			.willReturn(Optional.of(new Skill("a1", "skill of a1", List.of("do operation 3"))));
		assertThat(AgentReport.findLosses(List.of(this.agent), 1)).isEmpty();
	}

	@Test
	void findLossesNamesLostEpisode() {
		this.agent.act(LIVE);
		assertThat(AgentReport.findLosses(List.of(this.agent), 0)).singleElement()
			.asString()
			.contains("operation 0", "is lost");
	}

	@Test
	void findLossesNamesLostSkill() {
		this.agent.act(LEARN);
		given(this.skills.find("a1")).willReturn(Optional.of(new Skill("a1", "skill of a1", List.of("older"))));
		assertThat(AgentReport.findLosses(List.of(this.agent), 0)).singleElement()
			.asString()
			.contains("do operation 3", "is lost");
	}

	@Test
	void findLossesNamesLostIncrement() {
		this.agent.act(COUNT);
		this.agent.act(COUNT);
		assertThat(AgentReport.findLosses(List.of(this.agent), 1))
			.containsExactly("The counter grew by 1, but our agents counted 2");
	}

	@Test
	void timeoutIsCountedAndNothingIsExpected() {
		given(this.counter.increment()).willThrow(new LockTimeoutException("Gave up", "counter:file",
				LockType.DISTRIBUTED, Duration.ofSeconds(1), List.of(), 1));
		this.agent.act(COUNT);
		assertThat(this.agent.timeouts()).isOne();
		assertThat(this.agent.increments()).isZero();
	}

}
