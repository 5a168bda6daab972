package io.github.locks.autoconfigure;

import io.github.locks.metrics.LocksMetrics;
import io.github.locks.spi.LockBackend;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for {@link LocksMetrics}. Where
 * there are several registries, the primary one counts, which Spring Boot makes of all.
 */
@AutoConfiguration(after = LocksAutoConfiguration.class, afterName = {
		"org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration",
		"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
		"org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration" })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(LocksProperties.class)
@ConditionalOnSingleCandidate(MeterRegistry.class)
@ConditionalOnBooleanProperty(name = "locks.metrics.enabled", matchIfMissing = true)
public final class LocksMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	LocksMetrics locksMetrics(MeterRegistry registry, LocksProperties properties,
			ObjectProvider<LockBackend> backends) {
		return new LocksMetrics(registry, new LockBackends(properties, backends.getIfAvailable()).name());
	}

}
