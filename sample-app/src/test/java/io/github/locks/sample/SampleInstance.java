package io.github.locks.sample;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import com.jayway.jsonpath.JsonPath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The application, running somewhere else than in this process. Closing kills it.
 */
abstract class SampleInstance implements AutoCloseable {

	private static final HttpClient client = HttpClient.newHttpClient();

	abstract boolean isAlive();

	/**
	 * Where the started application serves requests.
	 */
	abstract URI uri();

	/**
	 * What it has logged until now.
	 */
	abstract String log();

	/**
	 * Kills it at once, without any chance to clean up, and waits for its end.
	 */
	@Override
	public abstract void close();

	void awaitStart() {
		await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> {
			assertThat(isAlive()).as(this::log).isTrue();
			assertThat(log()).contains("Started SampleApplication");
		});
	}

	CompletableFuture<HttpResponse<String>> send(String method, String path, String body) {
		return client.sendAsync(HttpRequest.newBuilder(uri().resolve(path))
			.method(method, BodyPublishers.ofString(body))
			.header("Content-Type", "application/json")
			.timeout(Duration.ofSeconds(60))
			.build(), BodyHandlers.ofString());
	}

	CompletableFuture<Integer> increment() {
		return send("POST", "/counter/increment", "").thenApply(SampleInstance::value);
	}

	CompletableFuture<Integer> putSkill(String id) {
		return send("PUT", "/skills/" + id, "{\"name\": \"x\", \"steps\": [\"y\"]}")
			.thenApply(HttpResponse::statusCode);
	}

	int counter() {
		return value(get("/counter"));
	}

	<T> T read(String path, String jsonPath) {
		HttpResponse<String> response = get(path);
		assertThat(response.statusCode()).as(response::body).isEqualTo(200);
		return JsonPath.read(response.body(), jsonPath);
	}

	private HttpResponse<String> get(String path) {
		return send("GET", path, "").join();
	}

	private static int value(HttpResponse<String> response) {
		assertThat(response.statusCode()).as(response::body).isEqualTo(200);
		return JsonPath.read(response.body(), "$.value");
	}

}
