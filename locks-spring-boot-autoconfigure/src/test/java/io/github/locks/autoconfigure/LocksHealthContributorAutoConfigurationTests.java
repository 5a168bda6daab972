package io.github.locks.autoconfigure;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

import io.github.locks.LockBackendException;
import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.actuate.LocksHealthIndicator;
import io.github.locks.spi.LockBackend;
import io.github.locks.support.DefaultLockManager;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link LocksHealthContributorAutoConfiguration} and what the indicator says
 * of real locks.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class LocksHealthContributorAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(LocksAutoConfiguration.class,
				LocksHealthContributorAutoConfiguration.class, HealthContributorRegistryAutoConfiguration.class))
		.withPropertyValues("locks.shutdown-timeout=0");

	@Test
	void contributorIsKnownAsLocks() {
		this.runner.run((context) -> {
			assertThat(context).hasBean("locksHealthContributor");
			assertThat(context.getBean(HealthContributorRegistry.class).getContributor("locks"))
				.isInstanceOf(LocksHealthIndicator.class);
		});
	}

	@Test
	void upWithDetailsAndWithoutTouchingTheDirectory(@TempDir Path directory) {
		Path unused = directory.resolve("unused");
		this.runner.withPropertyValues("locks.distributed.backend=memory", "locks.directory=" + unused)
			.run((context) -> {
				LockHandle held = context.getBean(LockManager.class).writeLock("a");
				context.getBean(LockManager.class).acquireAsync(LockRequest.write("a").build());
				Health health = health(context.getBean(LocksHealthIndicator.class));
				assertThat(health.getStatus()).isEqualTo(Status.UP);
				assertThat(health.getDetails()).containsEntry("backend", "memory")
					.containsEntry("held", 1)
					.containsEntry("waiting", 1)
					.containsEntry("deadlocks", 0L)
					.containsEntry("longWaits", 0L);
				held.close();
			});
		assertThat(unused).doesNotExist();
	}

	@Test
	void directoryIsNotCreatedByLooking() {
		boolean existed = Files.exists(Path.of("memory"));
		this.runner.run((context) -> assertThat(health(context.getBean(LocksHealthIndicator.class)).getStatus())
			.isEqualTo(Status.UP));
		assertThat(Files.exists(Path.of("memory"))).isEqualTo(existed);
	}

	@Test
	void downForACycle() {
		this.runner.run((context) -> {
			LockManager locks = context.getBean(LockManager.class);
			LockOwner one = LockOwner.create("one");
			LockOwner two = LockOwner.create("two");
			locks.acquire(LockRequest.write("a").owner(one).build());
			locks.acquire(LockRequest.write("b").owner(two).build());
			locks.acquireAsync(LockRequest.write("b").owner(one).build());
			locks.acquireAsync(LockRequest.write("a").owner(two).build());
			Health health = health(context.getBean(LocksHealthIndicator.class));
			assertThat(health.getStatus()).isEqualTo(Status.DOWN);
			assertThat(health.getDetails()).containsEntry("deadlocks", 1L);
		});
	}

	@Test
	void upForALongWait() {
		this.runner.withPropertyValues("locks.deadlock.threshold=1ns").run((context) -> {
			context.getBean(LockManager.class).writeLock("a");
			context.getBean(LockManager.class).acquireAsync(LockRequest.write("a").build());
			Health health = health(context.getBean(LocksHealthIndicator.class));
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails()).containsEntry("longWaits", 1L);
		});
	}

	@Test
	void fileBackendIsUpWhileLocksCanBeHadAndDownAfter(@TempDir Path directory) {
		Path locks = directory.resolve("locks");
		this.runner.withPropertyValues("locks.directory=" + locks).run((context) -> {
			LocksHealthIndicator indicator = context.getBean(LocksHealthIndicator.class);
			assertThat(health(indicator).getStatus()).isEqualTo(Status.UP);
			assertThat(health(indicator).getDetails()).containsEntry("backend", "file")
				.containsEntry("directory", locks.toString());
			Files.move(locks, directory.resolve("elsewhere"));
			Awaitility.await().until(() -> health(indicator).getStatus().equals(Status.DOWN));
			assertThat(String.valueOf(health(indicator).getDetails().get("error"))).contains("gives no locks out");
		});
	}

	@Test
	void directoryThatComesBackIsUpAgain(@TempDir Path directory, CapturedOutput output) {
		Path locks = directory.resolve("locks");
		this.runner.withPropertyValues("locks.directory=" + locks).run((context) -> {
			LocksHealthIndicator indicator = context.getBean(LocksHealthIndicator.class);
			Files.move(locks, directory.resolve("elsewhere"));
			Awaitility.await().until(() -> health(indicator).getStatus().equals(Status.DOWN));
			Files.createDirectory(locks);
			assertThat(String.valueOf(health(indicator).getDetails().get("error")))
				.contains("put it back, or restart the application");
			Files.delete(locks);
			Files.move(directory.resolve("elsewhere"), locks);
			assertThat(health(indicator).getStatus()).isEqualTo(Status.UP);
		});
		assertThat(output).contains("The distributed locks cannot be used").doesNotContain("could not be read");
	}

	@Test
	void downForABackendThatFails() {
		LockBackend backend = mock(LockBackend.class);
		given(backend.tryAcquire(any())).willReturn(Optional.empty())
			.willThrow(new LockBackendException("no connection", null, null, null));
		this.runner.withBean(LockBackend.class, () -> backend).run((context) -> {
			LocksHealthIndicator indicator = context.getBean(LocksHealthIndicator.class);
			assertThat(health(indicator).getStatus()).isEqualTo(Status.UP);
			context.getBean(LockManager.class).tryAcquire(LockRequest.distributed("a").build());
			Health health = health(indicator);
			assertThat(health.getStatus()).isEqualTo(Status.DOWN);
			assertThat(String.valueOf(health.getDetails().get("error"))).contains("no connection");
			assertThat(health.getDetails()).containsEntry("backend", "custom").doesNotContainKey("directory");
		});
	}

	@Test
	void downForABackendThatHangsAndAskedOnce() {
		CountDownLatch asked = new CountDownLatch(3);
		CountDownLatch release = new CountDownLatch(1);
		LockBackend backend = mock(LockBackend.class);
		given(backend.tryAcquire(any())).willReturn(Optional.empty()).willAnswer((call) -> {
			asked.countDown();
			release.await();
			return Optional.empty();
		});
		this.runner.withBean(LockBackend.class, () -> backend).run((context) -> {
			context.getBean(LockManager.class).tryAcquire(LockRequest.distributed("a").build());
			DefaultLockManager locks = context.getBean(DefaultLockManager.class);
			for (int i = 0; i < 2; i++) {
				assertThatExceptionOfType(LockBackendException.class)
					.isThrownBy(() -> locks.checkBackend(Duration.ofMillis(100)))
					.withMessageContaining("did not answer within 100ms");
			}
			assertThat(asked.getCount()).isEqualTo(2);
			release.countDown();
		});
	}

	@Test
	void switchedOff() {
		this.runner.withPropertyValues("management.health.locks.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(LocksHealthIndicator.class));
		this.runner.withPropertyValues("locks.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(LocksHealthIndicator.class));
	}

	@Test
	void backsOffForOneOfTheUser() {
		this.runner.withBean("locksHealthContributor", HealthIndicator.class, () -> mock(HealthIndicator.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(LocksHealthIndicator.class));
	}

	@Test
	void healthIsNotNeeded() {
		this.runner.withClassLoader(new FilteredClassLoader("org.springframework.boot.health"))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(LockManager.class));
	}

	private static Health health(LocksHealthIndicator indicator) {
		Health health = indicator.health(true);
		assertThat(health).isNotNull();
		return health;
	}

}
