package io.github.locks.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The application in a process of its own. Closing kills it.
 */
final class SampleProcess implements AutoCloseable {

	private static final Pattern STARTED = Pattern.compile("Started SampleApplication");

	private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

	private static final HttpClient client = HttpClient.newHttpClient();

	private final Process process;

	private final Path log;

	private SampleProcess(Process process, Path log) {
		this.process = process;
		this.log = log;
	}

	static SampleProcess start(Path dataDirectory, Path log) throws IOException {
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
				SampleApplication.class.getName(), "--server.port=0", "--sample.data-directory=" + dataDirectory)
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		return new SampleProcess(process, log);
	}

	SampleProcess awaitStart() {
		await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
			assertThat(this.process.isAlive()).as(this::log).isTrue();
			assertThat(log()).containsPattern(STARTED);
		});
		return this;
	}

	CompletableFuture<HttpResponse<String>> send(String method, String path, String body) {
		Matcher port = PORT.matcher(log());
		assertThat(port.find()).isTrue();
		return client.sendAsync(HttpRequest.newBuilder(URI.create("http://localhost:" + port.group(1) + path))
			.method(method, BodyPublishers.ofString(body))
			.header("Content-Type", "application/json")
			.timeout(Duration.ofSeconds(60))
			.build(), BodyHandlers.ofString());
	}

	private String log() {
		try {
			return Files.readString(this.log);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Kills the process at once, without any chance to clean up, and waits for its end.
	 */
	@Override
	public void close() {
		this.process.destroyForcibly().onExit().join();
	}

}
