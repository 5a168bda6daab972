package io.github.locks.sample;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.utility.DockerImageName;

/**
 * The images of containers in tests: public ones, unless {@code -Dlocks.test.images.java}
 * or {@code LOCKS_TEST_IMAGES_JAVA} names another.
 */
final class TestImages {

	/** Has {@code java}, {@code mkfifo}, {@code mv} and {@code readlink}. */
	static final DockerImageName JAVA = image("java", "eclipse-temurin:17-jre");

	/** Starts a Redis server with the arguments that it is given. */
	static final DockerImageName REDIS = image("redis", "redis:8.2-alpine");

	/**
	 * Starts PostgreSQL, with the user, the password and the database of its variables.
	 */
	static final DockerImageName POSTGRES = image("postgres", "postgres:17-alpine");

	private TestImages() {
	}

	private static DockerImageName image(String name, String standard) {
		String variable = System.getenv("LOCKS_TEST_IMAGES_" + name.toUpperCase(Locale.ROOT));
		String image = System.getProperty("locks.test.images." + name, variable);
		return DockerImageName.parse((image != null && !image.isBlank()) ? image : standard);
	}

	/**
	 * Whether the engine has the image, after it has tried once to get it: Testcontainers
	 * would try for minutes where no registry answers.
	 */
	static boolean isThere(DockerImageName image) throws InterruptedException {
		DockerClient docker = DockerClientFactory.lazyClient();
		try {
			docker.inspectImageCmd(image.asCanonicalNameString()).exec();
			return true;
		}
		catch (NotFoundException ex) {
			return pull(docker, image);
		}
	}

	private static boolean pull(DockerClient docker, DockerImageName image) throws InterruptedException {
		try {
			return docker.pullImageCmd(image.getUnversionedPart())
				.withTag(image.getVersionPart())
				.start()
				.awaitCompletion(5, TimeUnit.MINUTES);
		}
		catch (DockerException ex) {
			return false;
		}
	}

}
