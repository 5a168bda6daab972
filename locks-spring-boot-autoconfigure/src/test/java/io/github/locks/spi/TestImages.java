package io.github.locks.spi;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.utility.DockerImageName;

/**
 * Images with servers: public ones, or those that the environment names.
 */
public final class TestImages {

	private TestImages() {
	}

	/**
	 * Returns an image that the engine has; the test is skipped if it cannot be had.
	 * @param name such as {@code redis}
	 * @param standard the public image
	 * @return the image
	 */
	public static DockerImageName require(String name, String standard) {
		String local = System.getenv("LOCKS_TEST_IMAGES_" + name.toUpperCase(Locale.ROOT));
		DockerImageName image = DockerImageName.parse((local != null && !local.isBlank()) ? local : standard)
			.asCompatibleSubstituteFor(name);
		Assumptions.assumeTrue(DockerClientFactory.instance().isDockerAvailable(), "no Docker engine answers");
		Assumptions.assumeTrue(isThere(image), "the image " + image + " cannot be had");
		return image;
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

}
