package io.github.locks.autoconfigure;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.locks.LockHandle;
import io.github.locks.Locks;
import io.github.locks.annotation.ReadLock;
import io.github.locks.annotation.WriteLock;
import io.github.locks.aop.ReactiveLocks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Annotated methods that a framework calls.
 */
@Timeout(60)
class CallersTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, LocksAutoConfiguration.class));

	@Test
	void eventListenerRunsUnderItsLock() {
		this.runner.withBean(Listener.class).run((context) -> {
			context.publishEvent("42");
			assertThat(context.getBean(Listener.class).seen()).containsExactly("orders:42 true", "no lock");
		});
	}

	@Test
	void scheduledMethodRunsUnderItsLock() {
		this.runner.withUserConfiguration(Scheduling.class)
			.run((context) -> assertThat(context.getBean(Job.class).awaitRun()).isTrue());
	}

	@ParameterizedTest
	@ValueSource(strings = { "REACTIVE", "SERVLET" })
	void handlerRunsUnderItsLock(WebApplicationType type) throws Exception {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Web.class).web(type)
			.properties("server.port=0")
			.run()) {
			String port = context.getEnvironment().getRequiredProperty("local.server.port");
			assertThat(get(port, "/one/42")).isEqualTo("orders:42");
			assertThat(get(port, "/many/42")).isEqualTo("orders:42orders:42");
			assertThat(get(port, "/plain/42")).isEqualTo("orders:42");
		}
	}

	private static String get(String port, String path) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
			.header("Accept", "text/plain")
			.build();
		return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
	}

	static class Listener {

		private final List<String> seen = new CopyOnWriteArrayList<>();

		@EventListener
		@Order(1)
		@WriteLock("orders:#{#id}")
		public void on(String id) {
			this.seen.add(Locks.current().resource() + " " + Locks.current().isHeld());
		}

		@EventListener
		@Order(2)
		public void after(String id) {
			this.seen.add(Locks.held().isEmpty() ? "no lock" : "lock");
		}

		public List<String> seen() {
			return this.seen;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableScheduling
	@Import(Job.class)
	static class Scheduling {

	}

	static class Job {

		private final CountDownLatch ran = new CountDownLatch(2);

		@Scheduled(fixedDelay = 1)
		@WriteLock("job")
		void run() {
			if (Locks.current("job").isHeld()) {
				this.ran.countDown();
			}
		}

		public boolean awaitRun() throws InterruptedException {
			return this.ran.await(20, TimeUnit.SECONDS);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration(excludeName = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration")
	@Import(Handler.class)
	static class Web {

	}

	@RestController
	static class Handler {

		@GetMapping("/one/{id}")
		@WriteLock("orders:#{#id}")
		public Mono<String> one(@PathVariable("id") String id) {
			return Mono.delay(Duration.ofMillis(1)).then(ReactiveLocks.current()).map(Handler::text);
		}

		@GetMapping("/many/{id}")
		@ReadLock("orders:#{#id}")
		public Flux<String> many(@PathVariable("id") String id) {
			return Flux.range(0, 2)
				.delayElements(Duration.ofMillis(1))
				.flatMap((i) -> ReactiveLocks.current())
				.map(Handler::text);
		}

		@GetMapping("/plain/{id}")
		@WriteLock("orders:#{#id}")
		public String plain(@PathVariable("id") String id) {
			return text(Locks.current());
		}

		private static String text(LockHandle handle) {
			return handle.isHeld() ? handle.resource() : "lost";
		}

	}

}
