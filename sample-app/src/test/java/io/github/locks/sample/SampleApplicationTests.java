package io.github.locks.sample;

import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import com.jayway.jsonpath.JsonPath;
import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.MediaType;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Starts the application and uses all of it over HTTP.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureRestTestClient
@DirtiesContext
@Timeout(60)
class SampleApplicationTests {

	@TempDir
	static Path directory;

	@Autowired
	RestTestClient client;

	@Autowired
	LockManager locks;

	@LocalServerPort
	int port;

	@DynamicPropertySource
	static void properties(DynamicPropertyRegistry registry) {
		registry.add("sample.data-directory", directory::toString);
		registry.add("locks.resources[counter:file].timeout", () -> "200ms");
	}

	@BeforeEach
	void resetStatistics() {
		this.locks.resetStatistics();
	}

	@Test
	void episodesAreStoredAndFound() {
		URI location = postEpisode("a1", "met b2");
		postEpisode("a2", "met nobody");
		String json = get(location.getPath());
		assertThat(JsonPath.<String>read(json, "$.content")).isEqualTo("met b2");
		assertThat(JsonPath.<List<String>>read(get("/episodes?agent=a1"), "$[*].content")).containsExactly("met b2");
		assertThat(get("/episodes?agent=nobody")).isEqualTo("[]");
		this.client.get().uri("/episodes/123456").exchange().expectStatus().isNotFound();
		assertThat(acquisitions("episodes", "write")).isEqualTo(2);
		assertThat(acquisitions("episodes", "read")).isEqualTo(4);
	}

	@Test
	void skillsAreStoredAndReplaced() {
		assertThat(putSkill("greet/../wave?", "Greet")).isEqualTo(201);
		assertThat(putSkill("greet/../wave?", "Greet politely")).isEqualTo(200);
		assertThat(JsonPath.<List<String>>read(get("/skills"), "$[*].name")).containsExactly("Greet politely");
		assertThat(acquisitions("skills:file", "distributed")).isEqualTo(2);
	}

	@Test
	void counterCounts() {
		int before = JsonPath.read(get("/counter"), "$.value");
		for (int i = 1; i <= 3; i++) {
			this.client.post()
				.uri("/counter/increment")
				.exchange()
				.expectStatus()
				.isOk()
				.expectBody()
				.json("{\"value\": " + (before + i) + "}");
		}
		assertThat(JsonPath.<Integer>read(get("/counter"), "$.value")).isEqualTo(before + 3);
		assertThat(acquisitions("counter:file", "distributed")).isEqualTo(3);
	}

	@Test
	void memoryCountsEverything() {
		int before = JsonPath.read(get("/memory"), "$.episodes");
		postEpisode("a3", "slept");
		assertThat(JsonPath.<Integer>read(get("/memory"), "$.episodes")).isEqualTo(before + 1);
		assertThat(directory.resolve("locks")).isNotEmptyDirectory();
	}

	@Test
	@SuppressWarnings("try")
	void incrementWhenCounterIsLockedForTooLongIsServiceUnavailable() {
		try (LockHandle held = this.locks.distributedLock("counter:file", Duration.ofSeconds(5))) {
			this.client.post()
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
		this.client.post().uri("/counter/increment").exchange().expectStatus().isOk();
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "/episodes?agent=%ff", "/actuator/locks?resource=%ff", "/actuator/locks/%ff", "/episodes/%",
					"/skills/%zz", "/skills/%00", "/episodes/99999999999999999999", "/actuator/locks?resource=%00" })
	void whatCannotBeReadIsNoErrorOfTheServer(String path) throws Exception {
		try (Socket socket = new Socket("localhost", this.port)) {
			socket.getOutputStream()
				.write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
					.getBytes(StandardCharsets.US_ASCII));
			String response = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			assertThat(response).matches("(?s)HTTP/1.1 40[04] .*");
		}
	}

	private URI postEpisode(String agent, String content) {
		return this.client.post()
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
		return this.client.put()
			.uri("/skills/{id}", id.replace("/", "."))
			.contentType(MediaType.APPLICATION_JSON)
			.body("{\"name\": \"%s\", \"steps\": [\"wave\"]}".formatted(name))
			.exchange()
			.returnResult(String.class)
			.getStatus()
			.value();
	}

	private int acquisitions(String resource, String kind) {
		return JsonPath.read(get("/actuator/locks?resource=" + resource),
				"$.statistics[0].locks." + kind + ".totalAcquisitions");
	}

	private String get(String path) {
		return this.client.get()
			.uri(path)
			.exchange()
			.expectStatus()
			.isOk()
			.returnResult(String.class)
			.getResponseBody();
	}

}
