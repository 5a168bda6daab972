package io.github.locks.sample;

import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import com.jayway.jsonpath.JsonPath;
import io.github.locks.LockHandle;
import io.github.locks.support.DefaultLockManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Uses all of the application over HTTP, wherever it runs on this machine.
 */
@Timeout(60)
abstract class SmokeTests {

	/** The setting that makes the application refuse a request in time for a test. */
	static final String SHORT_TIMEOUT = "locks.resources[counter:file].timeout";

	abstract int port();

	abstract Path dataDirectory();

	private RestTestClient client() {
		return RestTestClient.bindToServer().baseUrl("http://localhost:" + port()).build();
	}

	@Test
	void episodesAreStoredAndFound() {
		int writes = acquisitions("episodes", "write");
		int reads = acquisitions("episodes", "read");
		URI location = postEpisode("a1", "met b2");
		postEpisode("a2", "met nobody");
		String json = get(location.getPath());
		assertThat(JsonPath.<String>read(json, "$.content")).isEqualTo("met b2");
		assertThat(JsonPath.<List<String>>read(get("/episodes?agent=a1"), "$[*].content")).containsExactly("met b2");
		assertThat(get("/episodes?agent=nobody")).isEqualTo("[]");
		client().get().uri("/episodes/123456").exchange().expectStatus().isNotFound();
		assertThat(acquisitions("episodes", "write") - writes).isEqualTo(2);
		assertThat(acquisitions("episodes", "read") - reads).isEqualTo(4);
	}

	@Test
	void skillsAreStoredAndReplaced() {
		int locked = acquisitions("skills:file", "distributed");
		assertThat(putSkill("greet/../wave?", "Greet")).isEqualTo(201);
		assertThat(putSkill("greet/../wave?", "Greet politely")).isEqualTo(200);
		assertThat(JsonPath.<List<String>>read(get("/skills"), "$[*].name")).containsExactly("Greet politely");
		assertThat(acquisitions("skills:file", "distributed") - locked).isEqualTo(2);
	}

	@Test
	void counterCounts() {
		int locked = acquisitions("counter:file", "distributed");
		int before = JsonPath.read(get("/counter"), "$.value");
		for (int i = 1; i <= 3; i++) {
			client().post()
				.uri("/counter/increment")
				.exchange()
				.expectStatus()
				.isOk()
				.expectBody()
				.json("{\"value\": " + (before + i) + "}");
		}
		assertThat(JsonPath.<Integer>read(get("/counter"), "$.value")).isEqualTo(before + 3);
		assertThat(acquisitions("counter:file", "distributed") - locked).isEqualTo(3);
	}

	@Test
	void memoryCountsEverything() {
		int before = JsonPath.read(get("/memory"), "$.episodes");
		postEpisode("a3", "slept");
		assertThat(JsonPath.<Integer>read(get("/memory"), "$.episodes")).isEqualTo(before + 1);
		assertThat(dataDirectory().resolve("locks")).isNotEmptyDirectory();
	}

	@Test
	void agentRetiresAndHeirTakesOver() {
		postEpisode("old", "met young");
		assertThat(JsonPath.<Integer>read(get("/agents/old"), "$.episodes")).isOne();
		client().delete().uri("/agents/old?heir=young").exchange().expectStatus().isOk();
		client().get().uri("/agents/old").exchange().expectStatus().isNotFound();
		assertThat(JsonPath.<String>read(get("/agents/young"), "$.latest.content"))
			.isEqualTo("took over 1 episodes of old");
		assertThat(acquisitions("agents:young", "write")).isOne();
	}

	@Test
	void searchFindsEpisode() {
		postEpisode("a4", "found a needle");
		assertThat(JsonPath.<List<String>>read(get("/episodes/search?text=needle"), "$[*].agent"))
			.containsExactly("a4");
		assertThat(JsonPath.<Integer>read(get("/actuator/info"), "$.episodes")).isPositive();
	}

	@Test
	void digestIsWritten() {
		long first = writeDigest();
		long second = writeDigest();
		assertThat(second).isGreaterThan(first);
		assertThat(JsonPath.<Long>read(get("/digest"), "$.token")).isEqualTo(second);
		assertThat(dataDirectory().resolve("digest.json")).exists();
	}

	private long writeDigest() {
		return JsonPath.read(client().post()
			.uri("/digest")
			.exchange()
			.expectStatus()
			.isOk()
			.returnResult(String.class)
			.getResponseBody(), "$.token");
	}

	@Test
	void locksAreMeasuredAndHealthy() {
		client().post().uri("/counter/increment").exchange().expectStatus().isOk();
		String metric = get("/actuator/metrics/locks.hold?tag=template:counter:file");
		assertThat(JsonPath.<Double>read(metric, "$.measurements[0].value")).isPositive();
		assertThat(JsonPath.<String>read(get("/actuator/health"), "$.components.locks.status")).isEqualTo("UP");
	}

	@Test
	@SuppressWarnings("try")
	void incrementWhenCounterIsLockedForTooLongIsServiceUnavailable() {
		try (DefaultLockManager locks = DefaultLockManager.builder()
			.directory(dataDirectory().resolve("locks"))
			.build(); LockHandle held = locks.distributedLock("counter:file", Duration.ofSeconds(5))) {
			client().post()
				.uri("/counter/increment")
				.exchange()
				.expectStatus()
				.isEqualTo(503)
				.expectHeader()
				.valueEquals("Retry-After", 1)
				.expectHeader()
				.contentType(MediaType.APPLICATION_PROBLEM_JSON)
				.expectBody()
				.json("{\"resource\": \"counter:file\", \"kind\": \"distributed\"}");
		}
		client().post().uri("/counter/increment").exchange().expectStatus().isOk();
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "/episodes?agent=%ff", "/actuator/locks?resource=%ff", "/actuator/locks/%ff", "/episodes/%",
					"/skills/%zz", "/skills/%00", "/episodes/99999999999999999999", "/actuator/locks?resource=%00" })
	void whatCannotBeReadIsNoErrorOfTheServer(String path) throws Exception {
		try (Socket socket = new Socket("localhost", port())) {
			socket.getOutputStream()
				.write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
					.getBytes(StandardCharsets.US_ASCII));
			String response = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			assertThat(response).matches("(?s)HTTP/1.1 40[04] .*");
		}
	}

	private URI postEpisode(String agent, String content) {
		return client().post()
			.uri("/episodes")
			.contentType(MediaType.APPLICATION_JSON)
			.body("{\"agent\": \"%s\", \"content\": \"%s\"}".formatted(agent, content))
			.exchange()
			.expectStatus()
			.isCreated()
			.returnResult(String.class)
			.getResponseHeaders()
			.getLocation();
	}

	private int putSkill(String id, String name) {
		return client().put()
			.uri("/skills/{id}", id.replace("/", "."))
			.contentType(MediaType.APPLICATION_JSON)
			.body("{\"name\": \"%s\", \"steps\": [\"wave\"]}".formatted(name))
			.exchange()
			.returnResult(String.class)
			.getStatus()
			.value();
	}

	private int acquisitions(String resource, String kind) {
		List<Integer> acquisitions = JsonPath.read(get("/actuator/locks"),
				"$.statistics[?(@.resourceName == '" + resource + "')].locks." + kind + ".totalAcquisitions");
		return acquisitions.stream().mapToInt(Integer::intValue).sum();
	}

	private String get(String path) {
		return client().get().uri(path).exchange().expectStatus().isOk().returnResult(String.class).getResponseBody();
	}

}
