package io.github.locks.sample;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import com.github.dockerjava.api.DockerClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.testcontainers.DockerClientFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Two instances in containers, each with its own process ids and host name, that share a
 * volume.
 */
@EnabledIf("io.github.locks.sample.SampleContainer#canRun")
class TwoContainersIT extends TwoInstancesTests<SampleContainer> {

	private static final String COUNTER = SampleContainer.DATA + "/counter.json";

	private static final String KEPT = SampleContainer.DATA + "/kept.json";

	private final DockerClient docker = DockerClientFactory.lazyClient();

	private final String volume = "locks-test-" + UUID.randomUUID();

	@Override
	SampleContainer start(String name) {
		this.docker.createVolumeCmd().withName(this.volume).withLabels(DockerClientFactory.DEFAULT_LABELS).exec();
		return SampleContainer.start(name, this.volume);
	}

	@AfterEach
	@Override
	void killAll() {
		try {
			super.killAll();
		}
		finally {
			this.docker.removeVolumeCmd(this.volume).exec();
		}
	}

	@Test
	void holderAndWaiterAreNamedAndDeathOfHolderLetsWaiterIn() throws Exception {
		assertThat(pidNamespace(this.one)).startsWith("pid:").isNotEqualTo(pidNamespace(this.other));
		assertThat(this.one.increment().join()).isEqualTo(1);
		// A pipe in place of the file: who reads it waits, and holds the lock
		this.one.run("mv", COUNTER, KEPT);
		this.one.run("mkfifo", COUNTER);
		CompletableFuture<Integer> holding = this.one.increment();
		List<String> holder = List.of(process(this.one));
		await().untilAsserted(() -> assertThat(processes(this.one, "holders")).isEqualTo(holder));

		CompletableFuture<Integer> waiting = this.other.increment();
		List<String> waiter = List.of(process(this.other));
		assertThat(waiter).isNotEqualTo(holder);
		await().untilAsserted(() -> assertThat(processes(this.other, "waiters")).isEqualTo(waiter));
		await().untilAsserted(() -> assertThat(processes(this.other, "holders")).isEqualTo(holder));
		this.other.run("mv", KEPT, COUNTER);
		assertThat(waiting).isNotDone();
		assertThat(holding).isNotDone();

		this.one.close();
		assertThat(waiting).succeedsWithin(Duration.ofSeconds(1)).isEqualTo(2);
		assertThat(holding).failsWithin(Duration.ofSeconds(10));
	}

	private static String pidNamespace(SampleContainer container) throws Exception {
		return container.run("readlink", "/proc/self/ns/pid");
	}

	private static String process(SampleContainer container) throws Exception {
		return "1@" + container.run("cat", "/proc/sys/kernel/hostname");
	}

	private static List<String> processes(SampleContainer asked, String role) {
		return asked.read("/actuator/locks/counter:file", "$.status[0].locks.distributed." + role + "[*].process");
	}

}
