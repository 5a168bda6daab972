package io.github.locks.sample;

import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link AgentGroup}.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class AgentGroupTests {

	@TempDir
	Path directory;

	@Test
	void agentsLoseNothing(CapturedOutput output) {
		try (ConfigurableApplicationContext context = start(8, 300)) {
			assertThat(output).contains("100 % of 300 operations")
				.contains("8 agents, 300 operations")
				.contains("counter grew by 50, of these 50 by our agents")
				.contains("nothing was lost")
				.containsPattern("counter:file +distributed +50 ")
				.containsPattern("skills:file +distributed +50 ")
				.containsPattern("episodes +write +50 ")
				.containsPattern("episodes +read ");
			assertThat(context.getBean(SharedCounter.class).get()).isEqualTo(50);
		}
	}

	@Test
	void startWithoutAgentsDoesNoWork(CapturedOutput output) {
		try (ConfigurableApplicationContext context = start(0, 300)) {
			assertThat(context.getBean(SharedCounter.class).get()).isZero();
			assertThat(output).doesNotContain("lost");
		}
	}

	private ConfigurableApplicationContext start(int agents, int operations) {
		return SpringApplication.run(SampleApplication.class, "--server.port=0",
				"--sample.data-directory=" + this.directory, "--sample.agents=" + agents,
				"--sample.operations=" + operations);
	}

}
