package io.github.locks.sample;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import com.jayway.jsonpath.JsonPath;
import io.github.locks.LockHandle;
import io.github.locks.LockLostException;
import io.github.locks.LockType;
import io.github.locks.test.AutoConfigureLocks;
import io.github.locks.test.LockProbe;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willAnswer;

/**
 * Tests for the digest, from its schedule to its file: a slice with locks in memory.
 */
@WebMvcTest(controllers = DigestController.class,
		properties = { "sample.instance=one", "locks.resources[digest\\:*].timeout=200ms" })
@Import({ DigestWriter.class, DigestFile.class, DigestSchedule.class })
@AutoConfigureLocks
@DirtiesContext
@Timeout(60)
class DigestTests {

	@TempDir
	static Path directory;

	@Autowired
	MockMvcTester mvc;

	@Autowired
	LockProbe probe;

	@Autowired
	DigestFile file;

	@Autowired
	DigestWriter writer;

	@Autowired
	DigestSchedule schedule;

	@MockitoBean
	SkillLibrary skills;

	@MockitoBean
	SharedCounter counter;

	@DynamicPropertySource
	static void properties(DynamicPropertyRegistry registry) {
		registry.add("sample.data-directory", directory::toString);
	}

	@BeforeEach
	void fillMemory() throws Exception {
		Files.deleteIfExists(directory.resolve("digest.json"));
		given(this.skills.all()).willReturn(List.of(new Skill("greet", "Greet", List.of())));
		given(this.counter.get()).willReturn(4L);
	}

	@Test
	void postWritesWhatGetReads() throws Exception {
		assertProblem(this.mvc.get().uri("/digest").exchange(), 404);
		MvcTestResult written = this.mvc.post().uri("/digest").exchange();
		assertThat(written).hasStatusOk().bodyJson().isLenientlyEqualTo("""
				{"instance": "one", "skills": ["Greet"], "counter": 4}""");
		String json = written.getResponse().getContentAsString();
		assertThat(this.mvc.get().uri("/digest")).hasStatusOk().bodyJson().isStrictlyEqualTo(json);
		Instant writtenAt = Instant.parse(JsonPath.read(json, "$.writtenAt"));
		assertThat(writtenAt).isBetween(Instant.now().minusSeconds(60), Instant.now());
	}

	@Test
	void postWhileOtherWritesIsServiceUnavailable() {
		try (LockHandle held = this.probe.holdDistributed("digest:work")) {
			MvcTestResult result = this.mvc.post().uri("/digest").exchange();
			assertProblem(result, 503);
			assertThat(result).hasHeader("Retry-After", "1");
			assertThat(held.isHeld()).isTrue();
		}
		assertThat(this.file.find()).isEmpty();
	}

	@Test
	void laterDigestReplacesEarlierButNotTheOtherWayRound() {
		Digest earlier = this.writer.write(0);
		Digest later = this.writer.write(0);
		assertThat(later.token()).isGreaterThan(earlier.token());
		assertThat(this.file.save(earlier)).isFalse();
		assertThat(this.file.find()).contains(later);
	}

	@Test
	void writerThatWasOvertakenFails() {
		Digest future = new Digest(Long.MAX_VALUE, "two", Instant.EPOCH, List.of(), 0);
		assertThat(this.file.save(future)).isTrue();
		assertThatIllegalStateException().isThrownBy(() -> this.writer.write(0)).withMessageContaining("Too late");
		assertThat(this.file.find()).contains(future);
	}

	@Test
	void writerThatLosesItsLockIsInterruptedAndWritesNothing() throws Exception {
		CountDownLatch working = new CountDownLatch(1);
		willAnswer((call) -> {
			working.countDown();
			new CountDownLatch(1).await();
			return List.of();
		}).given(this.skills).all();
		CompletableFuture<Digest> writing = CompletableFuture.supplyAsync(() -> this.writer.write(0));
		working.await();
		this.probe.lose("digest:work");
		assertThat(writing).failsWithin(Duration.ofSeconds(10))
			.withThrowableThat()
			.havingCause()
			.isInstanceOf(LockLostException.class);
		assertThat(this.file.find()).isEmpty();
		assertThat(this.probe.isFree(LockType.DISTRIBUTED, "digest:work")).isTrue();
	}

	@Test
	void scheduleRunsUnlessOtherInstanceRunsItOrHasJustDoneSo() {
		try (LockHandle other = this.probe.holdDistributed("digest:schedule")) {
			this.schedule.run();
			assertThat(this.file.find()).isEmpty();
			assertThat(other.isHeld()).isTrue();
		}
		this.schedule.run();
		Digest digest = this.file.find().orElseThrow();
		this.schedule.run();
		assertThat(this.file.find()).contains(digest);
		assertThat(this.probe.isFree(LockType.DISTRIBUTED, "digest:schedule")).isFalse();
		assertThat(this.probe.isFree(LockType.DISTRIBUTED, "digest:work")).isTrue();
	}

	private static void assertProblem(MvcTestResult result, int status) {
		assertThat(result).hasStatus(status).hasContentTypeCompatibleWith(MediaType.APPLICATION_PROBLEM_JSON);
	}

}
