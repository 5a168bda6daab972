package io.github.locks.sample;

import java.io.IOException;
import java.nio.file.Path;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Starts the packaged application as it was processed ahead of time.
 */
class AheadOfTimeIT extends SmokeTests {

	@TempDir
	static Path directory;

	private static SampleProcess process;

	@BeforeAll
	static void start() throws IOException {
		process = SampleProcess.start(directory.resolve("memory"), directory.resolve("log"),
				"-Dspring.aot.enabled=true", "-D" + SHORT_TIMEOUT + "=200ms", "-jar", System.getProperty("sample.jar"));
		process.awaitStart();
	}

	@AfterAll
	static void kill() {
		process.close();
	}

	@Test
	void applicationWasProcessedAheadOfTime() {
		assertThat(process.log()).contains("Starting AOT-processed SampleApplication");
	}

	@Override
	int port() {
		return process.uri().getPort();
	}

	@Override
	Path dataDirectory() {
		return directory.resolve("memory");
	}

}
