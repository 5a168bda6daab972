package io.github.locks.sample;

import java.util.Locale;

import org.testcontainers.utility.DockerImageName;

/**
 * The images of containers in tests: public ones, unless {@code -Dlocks.test.images.java}
 * or {@code LOCKS_TEST_IMAGES_JAVA} names another.
 */
final class TestImages {

	/** Has {@code java}, {@code mkfifo}, {@code mv} and {@code readlink}. */
	static final DockerImageName JAVA = image("java", "eclipse-temurin:17-jre");

	private TestImages() {
	}

	private static DockerImageName image(String name, String standard) {
		String variable = System.getenv("LOCKS_TEST_IMAGES_" + name.toUpperCase(Locale.ROOT));
		String image = System.getProperty("locks.test.images." + name, variable);
		return DockerImageName.parse((image != null && !image.isBlank()) ? image : standard);
	}

}
