package io.github.locks.sample;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.GenericContainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Two instances whose counter is locked in a server, which is started anew while they
 * count.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
abstract class TwoInstancesWithServer {

	private static final int INCREMENTS = 1000;

	private static final int CLIENTS = 8;

	@TempDir
	Path directory;

	private final List<SampleProcess> instances = new ArrayList<>();

	private GenericContainer<?> server;

	/** What the server keeps once it has confirmed it must survive a restart. */
	abstract GenericContainer<?> server();

	/** The port of the server, inside of its container. */
	abstract int port();

	/** Arguments for an instance. */
	abstract String[] arguments(String host, int port);

	@BeforeEach
	void start() throws IOException {
		int port = freePort();
		// The port stays the same.
		this.server = server().withExposedPorts(port())
			.withCreateContainerCmdModifier((command) -> command.getHostConfig()
				.withPortBindings(new PortBinding(Ports.Binding.bindPort(port), new ExposedPort(port()))));
		this.server.start();
		for (String name : List.of("one", "other")) {
			String[] arguments = Stream
				.concat(Stream.of("-jar", System.getProperty("sample.jar")),
						Stream.of(arguments(this.server.getHost(), port)))
				.toArray(String[]::new);
			SampleProcess instance = SampleProcess.start(this.directory.resolve("memory"),
					this.directory.resolve(name + ".log"), arguments);
			this.instances.add(instance);
			instance.awaitStart();
		}
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

	@AfterEach
	void stop() {
		this.instances.forEach(SampleInstance::close);
		if (this.server != null) {
			this.server.stop();
		}
	}

	@Test
	void everyIncrementCountsThroughARestartOfTheServer() {
		AtomicInteger done = new AtomicInteger();
		List<CompletableFuture<Void>> clients = this.instances.stream()
			.flatMap((instance) -> IntStream.range(0, CLIENTS)
				.mapToObj((i) -> increment(instance, INCREMENTS / CLIENTS, done)))
			.toList();
		await().atMost(1, TimeUnit.MINUTES).until(() -> done.get() > INCREMENTS / 2);
		this.server.getDockerClient().restartContainerCmd(this.server.getContainerId()).exec();
		clients.forEach(CompletableFuture::join);
		assertThat(done).hasValue(2 * INCREMENTS);
		assertThat(this.instances).allSatisfy((instance) -> assertThat(instance.counter()).isEqualTo(2 * INCREMENTS));
		assertThat(this.instances)
			.allSatisfy((instance) -> assertThat(instance.<String>read("/actuator/health", "$.components.locks.status"))
				.isEqualTo("UP"));
	}

	private static CompletableFuture<Void> increment(SampleInstance instance, int times, AtomicInteger done) {
		if (times == 0) {
			return CompletableFuture.completedFuture(null);
		}
		return instance.increment().thenCompose((value) -> {
			done.incrementAndGet();
			return increment(instance, times - 1, done);
		});
	}

}
