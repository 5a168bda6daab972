package io.github.locks.autoconfigure;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockManagerClosedException;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for the shutdown of an application with work under way.
 */
@Timeout(60)
class LockManagerShutdownTests {

	@Test
	void requestUnderWayCanStillLock() throws Exception {
		ConfigurableApplicationContext context = start();
		Work work = context.getBean(Work.class);
		LockManager locks = context.getBean(LockManager.class);
		CompletableFuture<HttpResponse<String>> response = get(context);
		work.begun.await();
		context.close();
		assertThat(response.get(30, TimeUnit.SECONDS).body()).isEqualTo("done");
		assertThatExceptionOfType(LockManagerClosedException.class).isThrownBy(() -> locks.readLock("late"));
	}

	@Test
	void holderIsAwaitedBeforeBeansAreDestroyed() throws Exception {
		ConfigurableApplicationContext context = start();
		Work work = context.getBean(Work.class);
		LockManager locks = context.getBean(LockManager.class);
		CompletableFuture<LockHandle> job = new CompletableFuture<>();
		CompletableFuture<Boolean> workAlive = CompletableFuture.supplyAsync(() -> {
			try (LockHandle held = locks.writeLock("job")) {
				job.complete(held);
				work.awaitClosing();
				return !work.destroyed;
			}
		});
		job.join();
		context.close();
		assertThat(workAlive.get(30, TimeUnit.SECONDS)).isTrue();
		assertThat(work.destroyed).isTrue();
		assertThat(job.join().isHeld()).isFalse();
	}

	@Test
	void holderIsNotAwaitedLongerThanConfigured() {
		ConfigurableApplicationContext context = start("locks.shutdown-timeout=50ms");
		LockManager locks = context.getBean(LockManager.class);
		CompletableFuture.runAsync(() -> locks.writeLock("job")).join();
		long start = System.nanoTime();
		context.close();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(50),
				Duration.ofSeconds(15));
	}

	private static ConfigurableApplicationContext start(String... properties) {
		SpringApplication application = new SpringApplication(App.class);
		application.setWebApplicationType(WebApplicationType.SERVLET);
		String[] arguments = new String[properties.length + 1];
		arguments[0] = "--server.port=0";
		for (int i = 0; i < properties.length; i++) {
			arguments[i + 1] = "--" + properties[i];
		}
		return application.run(arguments);
	}

	private static CompletableFuture<HttpResponse<String>> get(ConfigurableApplicationContext context) {
		String port = context.getEnvironment().getRequiredProperty("local.server.port");
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/work")).build();
		return HttpClient.newHttpClient().sendAsync(request, HttpResponse.BodyHandlers.ofString());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration(excludeName = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration")
	static class App {

		@Bean
		Work work(LockManager locks) {
			return new Work(locks);
		}

	}

	/** Answers only once the shutdown has begun, and locks after that. */
	@RestController
	static class Work implements SmartLifecycle, AutoCloseable {

		private final CountDownLatch begun = new CountDownLatch(1);

		private final CountDownLatch stopping = new CountDownLatch(1);

		private final LockManager locks;

		private volatile boolean running;

		private volatile boolean destroyed;

		Work(LockManager locks) {
			this.locks = locks;
		}

		@GetMapping("/work")
		String work() {
			this.begun.countDown();
			awaitStopping();
			try (LockHandle held = this.locks.writeLock("work")) {
				return held.isHeld() ? "done" : "lost";
			}
		}

		void awaitStopping() {
			try {
				assertThat(this.stopping.await(30, TimeUnit.SECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		void awaitClosing() {
			awaitStopping();
			LockRequest stranger = LockRequest.read("probe").owner(LockOwner.create("stranger")).build();
			try {
				while (true) {
					this.locks.tryAcquire(stranger).ifPresent(LockHandle::close);
					Thread.onSpinWait();
				}
			}
			catch (LockManagerClosedException ex) {
				// What was waited for.
			}
		}

		@Override
		public void start() {
			this.running = true;
		}

		@Override
		public void stop() {
			this.running = false;
			this.stopping.countDown();
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

		@Override
		public void close() {
			this.destroyed = true;
		}

	}

}
