package io.github.locks.sample;

import java.io.IOException;
import java.net.URI;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Volume;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The packaged application in a container of its own, with its data on a volume.
 */
final class SampleContainer extends SampleInstance {

	static final String DATA = "/data";

	private static final int PORT = 8080;

	private final GenericContainer<?> container;

	private SampleContainer(GenericContainer<?> container) {
		this.container = container;
	}

	/**
	 * Whether there are an engine and an image. Says what is missing.
	 */
	static boolean canRun() throws InterruptedException {
		return canRun(TestImages.JAVA);
	}

	static boolean canRun(DockerImageName image) throws InterruptedException {
		String missing = missing(image);
		if (missing != null) {
			System.out.println("The tests with containers are skipped: " + missing + ".");
		}
		return missing == null;
	}

	private static String missing(DockerImageName image) throws InterruptedException {
		try {
			if (!DockerClientFactory.instance().isDockerAvailable()) {
				return "no Docker engine answers";
			}
			return TestImages.isThere(image) ? null : "the image " + image + " cannot be had";
		}
		catch (RuntimeException ex) {
			return "Testcontainers cannot find its way to the engine, see TESTCONTAINERS_HOST_OVERRIDE in CONTRIBUTING.md";
		}
	}

	static SampleContainer start(String name, String volume) {
		GenericContainer<?> container = new GenericContainer<>(TestImages.JAVA)
			.withCopyFileToContainer(MountableFile.forHostPath(System.getProperty("sample.jar")), "/sample-app.jar")
			.withCreateContainerCmdModifier((command) -> mount(command, volume))
			.withExposedPorts(PORT)
			.withCommand("java", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-jar", "/sample-app.jar",
					"--server.port=" + PORT, "--sample.data-directory=" + DATA, "--sample.instance=" + name)
			.waitingFor(new NoWait());
		try {
			container.start();
			return new SampleContainer(container);
		}
		catch (RuntimeException ex) {
			container.stop();
			throw ex;
		}
	}

	private static void mount(CreateContainerCmd command, String volume) {
		HostConfig host = command.getHostConfig();
		assertThat(host).isNotNull();
		host.withBinds(new Bind(volume, new Volume(DATA)));
	}

	@Override
	boolean isAlive() {
		return this.container.isRunning();
	}

	@Override
	URI uri() {
		return URI.create("http://" + this.container.getHost() + ":" + this.container.getMappedPort(PORT));
	}

	@Override
	String log() {
		return this.container.getLogs();
	}

	/**
	 * Runs a command inside of the container.
	 * @return its output
	 */
	String run(String... command) throws IOException, InterruptedException {
		ExecResult result = this.container.execInContainer(command);
		assertThat(result.getExitCode()).as(result::getStderr).isZero();
		return result.getStdout().strip();
	}

	/**
	 * Kills the container and removes it, but not the volume.
	 */
	@Override
	public void close() {
		if (this.container.getContainerId() != null) {
			this.container.getDockerClient().killContainerCmd(this.container.getContainerId()).exec();
			this.container.stop();
		}
	}

	private static final class NoWait extends AbstractWaitStrategy {

		@Override
		protected void waitUntilReady() {
		}

	}

}
