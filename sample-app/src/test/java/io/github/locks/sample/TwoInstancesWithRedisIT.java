package io.github.locks.sample;

import org.junit.jupiter.api.condition.EnabledIf;
import org.testcontainers.containers.GenericContainer;

/**
 * Two instances with the profile {@code redis}.
 */
@EnabledIf("canRun")
class TwoInstancesWithRedisIT extends TwoInstancesWithServer {

	static boolean canRun() throws InterruptedException {
		return SampleContainer.canRun(TestImages.REDIS);
	}

	@Override
	GenericContainer<?> server() {
		return new GenericContainer<>(TestImages.REDIS).withCommand("--protected-mode", "no", "--appendonly", "yes",
				"--appendfsync", "always");
	}

	@Override
	int port() {
		return 6379;
	}

	@Override
	String[] arguments(String host, int port) {
		return new String[] { "--spring.profiles.active=redis", "--spring.data.redis.host=" + host,
				"--spring.data.redis.port=" + port };
	}

}
