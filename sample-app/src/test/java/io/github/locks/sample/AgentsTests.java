package io.github.locks.sample;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.locks.LockHandle;
import io.github.locks.LockTimeoutException;
import io.github.locks.LockType;
import io.github.locks.test.AutoConfigureLocks;
import io.github.locks.test.LockProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.bean.override.mockito.MockitoSpyBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.BDDMockito.willAnswer;

/**
 * Tests for {@link Agents}, with a database, transactions and locks in memory.
 */
@SpringBootTest(webEnvironment = WebEnvironment.NONE,
		properties = { "locks.resources[agents\\:*].timeout=30s", "locks.resources[agents\\:busy*].timeout=200ms" })
@AutoConfigureLocks
@DirtiesContext
@Timeout(60)
class AgentsTests {

	@TempDir
	static Path directory;

	@Autowired
	Agents agents;

	@MockitoSpyBean
	EpisodeStore episodes;

	@Autowired
	LockProbe probe;

	@Autowired
	JdbcClient jdbc;

	@DynamicPropertySource
	static void properties(DynamicPropertyRegistry registry) {
		registry.add("sample.data-directory", directory::toString);
	}

	@BeforeEach
	void liveTwice() {
		this.episodes.add("a1", "met b2");
		this.episodes.add("a1", "slept");
	}

	@AfterEach
	void forgetAll() {
		this.jdbc.sql("delete from episode").update();
	}

	@Test
	void profileSumsUp() {
		assertThat(this.agents.profile("a1")).hasValueSatisfying((profile) -> {
			assertThat(profile.agent()).isEqualTo("a1");
			assertThat(profile.episodes()).isEqualTo(2);
			assertThat(profile.latest().content()).isEqualTo("slept");
		});
		assertThat(this.agents.profile("unknown")).isEmpty();
	}

	@Test
	void profileIsReadByManyButNotWhileAgentRetires() {
		this.episodes.add("busy", "met a1");
		try (LockHandle reader = this.probe.holdRead("agents:busy")) {
			assertThat(this.agents.profile("busy")).isPresent();
			assertThat(reader.isHeld()).isTrue();
		}
		try (LockHandle writer = this.probe.holdWrite("agents:busy")) {
			assertThatExceptionOfType(LockTimeoutException.class).isThrownBy(() -> this.agents.profile("busy"));
			assertThat(this.agents.profile("a1")).isPresent();
			assertThat(writer.isHeld()).isTrue();
		}
	}

	@Test
	void retireWithHeirHandsOver() {
		assertThat(this.agents.retire("a1", "a2")).isEqualTo(2);
		assertThat(contents("a1")).isEmpty();
		assertThat(contents("a2")).containsExactly("met b2", "slept", "took over 2 episodes of a1");
		assertThat(this.agents.retire("a1", "a2")).isZero();
		assertThat(contents("a2")).hasSize(3);
	}

	@Test
	void retireWithoutHeirForgetsAndLocksNobodyElse() {
		try (LockHandle other = this.probe.holdWrite("agents:a2")) {
			assertThat(this.agents.retire("a1", null)).isEqualTo(2);
			assertThat(other.isHeld()).isTrue();
		}
		assertThat(contents("a1")).isEmpty();
	}

	@Test
	void retireWhenEitherAgentIsBusyChangesNothing() {
		try (LockHandle held = this.probe.holdRead("agents:busy")) {
			for (Runnable retirement : List.<Runnable>of(() -> this.agents.retire("a1", "busy"),
					() -> this.agents.retire("busy", "a1"), () -> this.agents.retire("busy", null))) {
				assertThatExceptionOfType(LockTimeoutException.class).isThrownBy(retirement::run)
					.satisfies((ex) -> assertThat(ex.resource()).isEqualTo(held.resource()));
			}
		}
		assertThat(contents("a1")).hasSize(2);
		assertThat(contents("busy")).isEmpty();
		assertThat(this.probe.isFree(LockType.WRITE, "agents:a1")).isTrue();
	}

	@Test
	void retireThatFailsHalfwayIsUndoneBeforeEpisodesAreFree() {
		willAnswer((call) -> {
			assertThat(CompletableFuture.supplyAsync(() -> this.probe.isFree(LockType.READ, "episodes")).join())
				.isFalse();
			throw new IllegalStateException("disk full");
		}).given(this.episodes).add(eq("a2"), any());
		assertThatIllegalStateException().isThrownBy(() -> this.agents.retire("a1", "a2")).withMessage("disk full");
		assertThat(contents("a1")).containsExactly("met b2", "slept");
		assertThat(contents("a2")).isEmpty();
		assertThat(this.probe.isFree(LockType.WRITE, "episodes")).isTrue();
	}

	@Test
	void agentsThatAreEachOthersHeirsDoNotWaitForEachOther() {
		this.episodes.add("a2", "met a1");
		CompletableFuture<Integer> one;
		CompletableFuture<Integer> other;
		try (LockHandle held = this.probe.holdWrite("episodes")) {
			one = CompletableFuture.supplyAsync(() -> this.agents.retire("a1", "a2"));
			this.probe.awaitWaiters("episodes", 1);
			other = CompletableFuture.supplyAsync(() -> this.agents.retire("a2", "a1"));
			this.probe.awaitWaiters("agents:a1", 1);
			assertThat(held.isHeld()).isTrue();
		}
		assertThat(one).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(2);
		assertThat(other).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(4);
		assertThat(contents("a1")).hasSize(5);
		assertThat(contents("a2")).isEmpty();
	}

	private List<String> contents(String agent) {
		return this.episodes.byAgent(agent).stream().map(Episode::content).toList();
	}

}
