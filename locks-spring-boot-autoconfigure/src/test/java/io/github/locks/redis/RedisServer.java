package io.github.locks.redis;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * A Redis server in a container, one for all tests.
 */
final class RedisServer {

	private static final int PORT = 6379;

	private static GenericContainer<?> container;

	private RedisServer() {
	}

	/** Where the server is; the test is skipped if there cannot be one. */
	static synchronized RedisStandaloneConfiguration address() {
		Integer running = Integer.getInteger("locks.test.redis.port");
		if (running != null) {
			return new RedisStandaloneConfiguration("localhost", running);
		}
		if (container == null) {
			Assumptions.assumeTrue(DockerClientFactory.instance().isDockerAvailable(), "no Docker engine answers");
			Assumptions.assumeTrue(isThere(image()), "the image " + image() + " cannot be had");
			GenericContainer<?> started = new GenericContainer<>(image()).withExposedPorts(PORT)
				.withStartupTimeout(Duration.ofMinutes(2));
			started.start();
			container = started;
		}
		return new RedisStandaloneConfiguration(container.getHost(), container.getMappedPort(PORT));
	}

	private static DockerImageName image() {
		String local = System.getenv("LOCKS_TEST_IMAGES_REDIS");
		return DockerImageName.parse((local != null && !local.isBlank()) ? local : "redis:8.2-alpine")
			.asCompatibleSubstituteFor("redis");
	}

	/** Testcontainers would try for minutes where no registry answers. */
	private static boolean isThere(DockerImageName image) {
		DockerClient docker = DockerClientFactory.lazyClient();
		try {
			docker.inspectImageCmd(image.asCanonicalNameString()).exec();
			return true;
		}
		catch (NotFoundException ex) {
			return pull(docker, image);
		}
	}

	private static boolean pull(DockerClient docker, DockerImageName image) {
		try {
			return docker.pullImageCmd(image.getUnversionedPart())
				.withTag(image.getVersionPart())
				.start()
				.awaitCompletion(5, TimeUnit.MINUTES);
		}
		catch (DockerException ex) {
			return false;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static LettuceConnectionFactory lettuce() {
		LettuceConnectionFactory connections = new LettuceConnectionFactory(address());
		connections.afterPropertiesSet();
		connections.start();
		return connections;
	}

}
