package io.github.locks.autoconfigure;

import io.github.locks.LockManager;
import io.github.locks.LockRequest;
import io.github.locks.metrics.LocksMetrics;
import io.github.locks.spi.LockBackend;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link LocksMetricsAutoConfiguration}.
 */
class LocksMetricsAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(LocksAutoConfiguration.class, LocksMetricsAutoConfiguration.class));

	private final ApplicationContextRunner measured = this.runner.withConfiguration(
			AutoConfigurations.of(MetricsAutoConfiguration.class, CompositeMeterRegistryAutoConfiguration.class));

	@Test
	void locksAreMeasuredWhereThereIsARegistry() {
		this.measured.withConfiguration(AutoConfigurations.of(SimpleMetricsExportAutoConfiguration.class))
			.withPropertyValues("locks.distributed.backend=memory")
			.run((context) -> {
				context.getBean(LockManager.class).distributedLock("a").close();
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				assertThat(registry.get("locks.hold").tag("backend", "memory").timer().count()).isEqualTo(1);
				assertThat(registry.get("locks.held").gauge().value()).isZero();
			});
	}

	@Test
	void backendOfTheUserIsCustom() {
		this.measured.withBean(SimpleMeterRegistry.class)
			.withBean(LockBackend.class, () -> mock(LockBackend.class))
			.run((context) -> {
				assertThat(context.getBean(LockManager.class).tryAcquire(LockRequest.distributed("a").build()))
					.isEmpty();
				assertThat(
						context.getBean(MeterRegistry.class).get("locks.wait").tag("backend", "custom").timer().count())
					.isEqualTo(1);
			});
	}

	@Test
	void severalRegistriesAreMeasuredAsOne() {
		SimpleMeterRegistry one = new SimpleMeterRegistry();
		SimpleMeterRegistry two = new SimpleMeterRegistry();
		this.measured.withBean("one", MeterRegistry.class, () -> one)
			.withBean("two", MeterRegistry.class, () -> two)
			.run((context) -> {
				context.getBean(LockManager.class).writeLock("a").close();
				assertThat(one.get("locks.hold").timer().count()).isEqualTo(1);
				assertThat(two.get("locks.hold").timer().count()).isEqualTo(1);
			});
	}

	@Test
	void switchedOff() {
		this.measured.withBean(SimpleMeterRegistry.class)
			.withPropertyValues("locks.metrics.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(LocksMetrics.class));
	}

	@Test
	void nothingIsMeasuredWithoutRegistryOrLocks() {
		this.runner.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(LocksMetrics.class));
		this.measured.withBean(SimpleMeterRegistry.class)
			.withPropertyValues("locks.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(LocksMetrics.class));
		this.measured.withBean(SimpleMeterRegistry.class)
			.withBean("mine", LockManager.class, () -> mock(LockManager.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(LocksMetrics.class));
	}

	@Test
	void micrometerIsNotNeeded() {
		this.runner.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(LockManager.class));
	}

}
