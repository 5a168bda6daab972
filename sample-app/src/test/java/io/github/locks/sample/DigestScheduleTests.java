package io.github.locks.sample;

import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.config.ScheduledTaskHolder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for the cron expression of {@link DigestSchedule}.
 */
class DigestScheduleTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withUserConfiguration(Scheduling.class)
		.withBean(DigestSchedule.class, () -> new DigestSchedule(mock()));

	@Test
	void scheduleIsOffUnlessSet() {
		this.contextRunner
			.run((context) -> assertThat(context.getBean(ScheduledTaskHolder.class).getScheduledTasks()).isEmpty());
	}

	@Test
	void cronExpressionIsThatOfProperty() {
		this.contextRunner.withPropertyValues("sample.digest-cron=0 0 3 * * *")
			.run((context) -> assertThat(context.getBean(ScheduledTaskHolder.class).getScheduledTasks()).singleElement()
				.asString()
				.contains("DigestSchedule.run"));
	}

	@Test
	void wrongCronExpressionStopsTheStart() {
		this.contextRunner.withPropertyValues("sample.digest-cron=sometimes")
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining("sometimes"));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableScheduling
	static class Scheduling {

	}

}
