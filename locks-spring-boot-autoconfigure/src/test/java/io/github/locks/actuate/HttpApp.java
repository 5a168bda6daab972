package io.github.locks.actuate;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Stream;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;

/**
 * An application with the endpoint on a port of its own choice, and a client for it.
 */
final class HttpApp implements AutoCloseable {

	private final HttpClient client = HttpClient.newHttpClient();

	private final ConfigurableApplicationContext context;

	private final int port;

	private HttpApp(ConfigurableApplicationContext context, int port) {
		this.context = context;
		this.port = port;
	}

	static HttpApp start(WebApplicationType type, String... properties) {
		return start(FixedLocks.class, type, properties);
	}

	static HttpApp start(Class<?> configuration, WebApplicationType type, String... properties) {
		SpringApplication application = new SpringApplication(App.class, configuration);
		application.setWebApplicationType(type);
		Stream<String> common = Stream.of("server.port=0", "management.endpoints.web.exposure.include=locks",
				"spring.main.banner-mode=off");
		ConfigurableApplicationContext context = application.run(
				Stream.concat(common, Stream.of(properties)).map((property) -> "--" + property).toArray(String[]::new));
		String management = context.getEnvironment().getProperty("local.management.port");
		String server = context.getEnvironment().getRequiredProperty("local.server.port");
		return new HttpApp(context, Integer.parseInt((management != null) ? management : server));
	}

	static String encode(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
	}

	ConfigurableApplicationContext context() {
		return this.context;
	}

	FixedLockManager locks() {
		return this.context.getBean(FixedLockManager.class);
	}

	/**
	 * Sends a request.
	 * @param method the method
	 * @param rest what follows {@code /actuator/locks}
	 * @return the response
	 */
	HttpResponse<String> send(String method, String rest) throws IOException, InterruptedException {
		HttpRequest request = HttpRequest.newBuilder(URI.create(base() + rest))
			.method(method, HttpRequest.BodyPublishers.noBody())
			.build();
		return this.client.send(request, HttpResponse.BodyHandlers.ofString());
	}

	HttpResponse<String> get(String rest) throws IOException, InterruptedException {
		return send("GET", rest);
	}

	/**
	 * Sends a request with headers and a body.
	 * @param method the method
	 * @param rest what follows {@code /actuator/locks}
	 * @param body the body
	 * @param headers names and values in turn
	 * @return the response
	 */
	HttpResponse<String> send(String method, String rest, byte[] body, String... headers)
			throws IOException, InterruptedException {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base() + rest))
			.method(method, HttpRequest.BodyPublishers.ofByteArray(body))
			.timeout(Duration.ofSeconds(20));
		for (int i = 0; i < headers.length; i += 2) {
			request.header(headers[i], headers[i + 1]);
		}
		return this.client.send(request.build(), HttpResponse.BodyHandlers.ofString());
	}

	/**
	 * Sends a GET request as it is, also where it is no valid URI.
	 * @param rest what follows {@code /actuator/locks}
	 * @return the status
	 */
	int rawGet(String rest) throws IOException {
		return Integer.parseInt(raw("GET", rest, "Host: localhost").split(" ", 3)[1]);
	}

	/**
	 * Sends a request as it is.
	 * @param method the method
	 * @param rest what follows {@code /actuator/locks}
	 * @param headers lines of the head
	 * @return the response, head and body
	 */
	String raw(String method, String rest, String... headers) throws IOException {
		try (Socket socket = new Socket("localhost", this.port)) {
			OutputStream out = socket.getOutputStream();
			out.write((method + " /actuator/locks" + rest + " HTTP/1.1\r\n" + String.join("\r\n", headers)
					+ "\r\nConnection: close\r\n\r\n")
				.getBytes(StandardCharsets.UTF_8));
			out.flush();
			return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		}
	}

	private String base() {
		return "http://localhost:" + this.port + "/actuator/locks";
	}

	@Override
	public void close() {
		this.context.close();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration(excludeName = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration")
	static class App {

		/**
		 * Event loops of this application only: closing another one must not stop them.
		 */
		@Bean
		ReactorResourceFactory reactorResourceFactory() {
			ReactorResourceFactory factory = new ReactorResourceFactory();
			factory.setUseGlobalResources(false);
			return factory;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FixedLocks {

		@Bean
		FixedLockManager fixedLockManager() {
			return new FixedLockManager();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class RealLocks {

	}

}
