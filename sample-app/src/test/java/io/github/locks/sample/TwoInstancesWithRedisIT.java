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

import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.GenericContainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Two instances with the profile {@code redis}: the lock of their counter is in Redis,
 * which is started anew while they count.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@EnabledIf("canRun")
class TwoInstancesWithRedisIT {

	private static final int REDIS_PORT = 6379;

	private static final int INCREMENTS = 1000;

	private static final int CLIENTS = 8;

	@TempDir
	Path directory;

	private final List<SampleProcess> instances = new ArrayList<>();

	private GenericContainer<?> redis;

	static boolean canRun() throws InterruptedException {
		return SampleContainer.canRun(TestImages.REDIS);
	}

	@BeforeEach
	void start() throws IOException {
		int port = freePort();
		// The port stays the same, and what Redis has confirmed is on its disk.
		this.redis = new GenericContainer<>(TestImages.REDIS)
			.withCommand("--protected-mode", "no", "--appendonly", "yes", "--appendfsync", "always")
			.withExposedPorts(REDIS_PORT)
			.withCreateContainerCmdModifier((command) -> command.getHostConfig()
				.withPortBindings(new PortBinding(Ports.Binding.bindPort(port), new ExposedPort(REDIS_PORT))));
		this.redis.start();
		for (String name : List.of("one", "other")) {
			this.instances
				.add(SampleProcess.start(this.directory.resolve("memory"), this.directory.resolve(name + ".log"),
						"-jar", System.getProperty("sample.jar"), "--spring.profiles.active=redis",
						"--spring.data.redis.host=" + this.redis.getHost(), "--spring.data.redis.port=" + port));
		}
		this.instances.forEach(SampleInstance::awaitStart);
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

	@AfterEach
	void stop() {
		this.instances.forEach(SampleInstance::close);
		if (this.redis != null) {
			this.redis.stop();
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
		this.redis.getDockerClient().restartContainerCmd(this.redis.getContainerId()).exec();
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
