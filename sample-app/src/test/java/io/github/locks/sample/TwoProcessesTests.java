package io.github.locks.sample;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

import com.jayway.jsonpath.JsonPath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Two processes share one data directory: nothing is lost, even if one of them is killed.
 */
@Timeout(180)
class TwoProcessesTests {

	@TempDir
	Path directory;

	private final List<SampleProcess> processes = new ArrayList<>();

	private SampleProcess one;

	private SampleProcess other;

	@BeforeEach
	void startProcesses() throws IOException {
		this.one = start("one.log");
		this.other = start("other.log");
		this.processes.forEach(SampleProcess::awaitStart);
	}

	private SampleProcess start(String log) throws IOException {
		SampleProcess process = SampleProcess.start(this.directory.resolve("memory"), this.directory.resolve(log));
		this.processes.add(process);
		return process;
	}

	@AfterEach
	void killProcesses() {
		this.processes.forEach(SampleProcess::close);
	}

	@Test
	void concurrentChangesOfTwoProcessesAreAllKept() throws IOException {
		List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			for (SampleProcess process : this.processes) {
				responses.add(process.send("POST", "/counter/increment", ""));
				if (i % 5 == 0) {
					String path = "/skills/skill-" + responses.size();
					responses.add(process.send("PUT", path, "{\"name\": \"x\", \"steps\": [\"y\"]}"));
				}
			}
		}
		List<Integer> statuses = responses.stream().map((response) -> response.join().statusCode()).toList();
		assertThat(statuses).filteredOn((status) -> status == 200).hasSize(400);
		assertThat(statuses).filteredOn((status) -> status == 201).hasSize(80);
		assertThat(value(this.one.send("GET", "/counter", "").join())).isEqualTo(400);
		Map<String, Object> skills = JsonPath.read(Files.readString(this.directory.resolve("memory/skills.json")), "$");
		assertThat(skills).hasSize(80);
	}

	@Test
	void survivorOfKilledProcessGoesOnAndKeepsWhatWasAcknowledged() throws IOException {
		Queue<Integer> acknowledged = new ConcurrentLinkedQueue<>();
		List<CompletableFuture<Void>> doomed = IntStream.range(0, 8)
			.mapToObj((i) -> incrementUntilKilled(this.one, acknowledged))
			.toList();
		List<CompletableFuture<Void>> surviving = IntStream.range(0, 8)
			.mapToObj((i) -> incrementUntilKilled(this.other, acknowledged))
			.toList();
		await().atMost(Duration.ofSeconds(60)).until(() -> acknowledged.size() > 100);

		this.one.close();
		long killed = System.nanoTime();
		acknowledged.add(value(this.other.send("POST", "/counter/increment", "").join()));
		assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(Duration.ofSeconds(1));
		doomed.forEach((client) -> assertThat(client).failsWithin(Duration.ofSeconds(30)));
		assertThat(surviving).noneMatch(CompletableFuture::isDone);

		int before = value(this.other.send("GET", "/counter", "").join());
		await().atMost(Duration.ofSeconds(60))
			.until(() -> acknowledged.stream().anyMatch((value) -> value > before + 50));
		this.other.close();
		surviving.forEach((client) -> assertThat(client).failsWithin(Duration.ofSeconds(30)));

		assertThat(acknowledged).doesNotHaveDuplicates();
		int counter = value(start("third.log").awaitStart().send("GET", "/counter", "").join());
		// At most one increment of each client was made but not acknowledged
		assertThat(counter).isBetween(acknowledged.size(), acknowledged.size() + doomed.size() + surviving.size());
	}

	private CompletableFuture<Void> incrementUntilKilled(SampleProcess process, Queue<Integer> acknowledged) {
		return process.send("POST", "/counter/increment", "").thenCompose((response) -> {
			acknowledged.add(value(response));
			return incrementUntilKilled(process, acknowledged);
		});
	}

	private int value(HttpResponse<String> response) {
		assertThat(response.statusCode()).as(response::body).isEqualTo(200);
		return JsonPath.read(response.body(), "$.value");
	}

}
