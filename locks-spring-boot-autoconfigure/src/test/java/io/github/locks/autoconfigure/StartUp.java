package io.github.locks.autoconfigure;

import java.util.stream.Stream;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Starts a small application the way users do, failure analysis included.
 */
final class StartUp {

	private StartUp() {
	}

	static ConfigurableApplicationContext of(Class<?> type, String... properties) {
		SpringApplication application = new SpringApplication(App.class, type);
		application.setWebApplicationType(WebApplicationType.NONE);
		return application.run(Stream.of(properties).map((property) -> "--" + property).toArray(String[]::new));
	}

	static ConfigurableApplicationContext with(String... properties) {
		return of(App.class, properties);
	}

	static void fails(String... properties) {
		fails(App.class, properties);
	}

	static void fails(Class<?> type, String... properties) {
		assertThat(catchThrowable(() -> of(type, properties).close())).as("start with " + String.join(" ", properties))
			.isNotNull();
	}

	@ImportAutoConfiguration({ AopAutoConfiguration.class, LocksAutoConfiguration.class })
	static class App {

	}

}
