package io.github.locks.sample;

import org.junit.jupiter.api.condition.EnabledIf;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;

/**
 * Two instances with the profile {@code postgres}.
 */
@EnabledIf("canRun")
class TwoInstancesWithPostgresIT extends TwoInstancesWithServer {

	static boolean canRun() throws InterruptedException {
		return SampleContainer.canRun(TestImages.POSTGRES);
	}

	@Override
	GenericContainer<?> server() {
		return new GenericContainer<>(TestImages.POSTGRES).withEnv("POSTGRES_USER", "sample")
			.withEnv("POSTGRES_PASSWORD", "sample")
			.waitingFor(Wait.forListeningPort());
	}

	@Override
	int port() {
		return 5432;
	}

	@Override
	String[] arguments(String host, int port) {
		return new String[] { "--spring.profiles.active=postgres",
				"--spring.datasource.url=jdbc:postgresql://" + host + ":" + port + "/sample",
				"--spring.datasource.username=sample", "--spring.datasource.password=sample" };
	}

}
