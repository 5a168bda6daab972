package io.github.locks.sample;

import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.locks.LockHandle;
import io.github.locks.test.AutoConfigureLocks;
import io.github.locks.test.LockProbe;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.annotation.DirtiesContext.ClassMode;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;

/**
 * Tests for {@link Overview} and {@link Snapshots}: a slice with locks in memory. Each
 * test begins without a last snapshot.
 */
@WebMvcTest(Overview.class)
@Import(Snapshots.class)
@AutoConfigureLocks
@DirtiesContext(classMode = ClassMode.AFTER_EACH_TEST_METHOD)
@Timeout(60)
class OverviewTests {

	@Autowired
	MockMvcTester mvc;

	@Autowired
	LockProbe probe;

	@MockitoBean
	EpisodeStore episodes;

	@MockitoBean
	SkillLibrary skills;

	@MockitoBean
	SharedCounter counter;

	@BeforeEach
	void fillMemory() {
		given(this.episodes.countAsync()).willReturn(CompletableFuture.completedFuture(3L));
		given(this.skills.all()).willReturn(List.of(new Skill("greet", "Greet", List.of())));
		given(this.counter.get()).willReturn(4L);
	}

	@Test
	void memoryIsCounted() {
		assertMemory("""
				{"episodes": 3, "skills": 1, "counter": 4, "current": true}""");
	}

	@Test
	void memoryWhileFileIsBusyIsThatOfLastSnapshot() {
		assertThat(this.mvc.get().uri("/memory")).hasStatusOk();
		given(this.counter.get()).willReturn(5L);
		for (String file : List.of("skills:file", "counter:file")) {
			try (LockHandle held = this.probe.holdDistributed(file)) {
				assertMemory("""
						{"episodes": 3, "skills": 1, "counter": 4, "current": false}""");
				assertThat(held.isHeld()).isTrue();
			}
		}
		assertMemory("""
				{"episodes": 3, "skills": 1, "counter": 5, "current": true}""");
	}

	@Test
	void memoryWhileFileIsBusyAndWithoutSnapshotIsServiceUnavailable() {
		try (LockHandle held = this.probe.holdDistributed("skills:file")) {
			MvcTestResult result = this.mvc.get().uri("/memory").exchange();
			assertThat(result).hasStatus(503)
				.hasContentTypeCompatibleWith(MediaType.APPLICATION_PROBLEM_JSON)
				.hasHeader("Retry-After", "1");
			assertThat(held.isHeld()).isTrue();
		}
	}

	private void assertMemory(String json) {
		assertThat(this.mvc.get().uri("/memory")).hasStatusOk().bodyJson().isStrictlyEqualTo(json);
	}

}
