package io.github.locks.sample;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

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
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link EpisodeSearch} and {@link EpisodeInfo}, with a database and locks in
 * memory.
 */
@SpringBootTest(webEnvironment = WebEnvironment.NONE)
@AutoConfigureLocks
@DirtiesContext
@Timeout(60)
class EpisodeSearchTests {

	@TempDir
	static Path directory;

	@Autowired
	EpisodeSearch search;

	@Autowired
	EpisodeInfo info;

	@Autowired
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
		this.episodes.add("a1", "paid 5 %");
	}

	@AfterEach
	void forgetAll() {
		this.jdbc.sql("delete from episode").update();
	}

	@Test
	void searchFindsText() {
		assertThat(contents("b2")).containsExactly("met b2");
		assertThat(contents("%")).containsExactly("paid 5 %");
		assertThat(contents("'")).isEmpty();
		assertThat(this.probe.isFree(LockType.WRITE, "episodes")).isTrue();
	}

	@Test
	void searchWaitsForWriterWithoutThread() throws Exception {
		CompletableFuture<List<Episode>> found;
		try (LockHandle writer = this.probe.holdWrite("episodes")) {
			found = this.search.search("b2");
			this.probe.awaitWaiters("episodes", 1);
			assertThat(found).isNotDone();
			assertThat(writer.isHeld()).isTrue();
		}
		assertThat(found.get(10, TimeUnit.SECONDS)).hasSize(1);
	}

	@Test
	void searchWhileWriterGoesOnFails() {
		try (LockHandle writer = this.probe.holdWrite("episodes")) {
			assertThat(this.search.search("b2")).failsWithin(Duration.ofSeconds(10))
				.withThrowableThat()
				.withCauseInstanceOf(LockTimeoutException.class);
			assertThat(writer.isHeld()).isTrue();
		}
	}

	@Test
	void searchThatFailsGivesTheLockBack() {
		this.jdbc.sql("alter table episode rename to hidden").update();
		try {
			assertThat(this.search.search("b2")).failsWithin(Duration.ofSeconds(10));
		}
		finally {
			this.jdbc.sql("alter table hidden rename to episode").update();
		}
		assertThat(this.probe.isFree(LockType.WRITE, "episodes")).isTrue();
	}

	@Test
	void infoCountsEpisodesUnlessTheyAreBeingWritten() {
		assertThat(episodesInInfo()).isEqualTo(2L);
		try (LockHandle writer = this.probe.holdWrite("episodes")) {
			assertThat(episodesInInfo()).isEqualTo("busy");
			assertThat(writer.isHeld()).isTrue();
		}
		assertThat(this.probe.isFree(LockType.WRITE, "episodes")).isTrue();
	}

	private Object episodesInInfo() {
		Info.Builder builder = new Info.Builder();
		this.info.contribute(builder);
		return builder.build().get("episodes");
	}

	private List<String> contents(String text) {
		return this.search.search(text).join().stream().map(Episode::content).toList();
	}

}
