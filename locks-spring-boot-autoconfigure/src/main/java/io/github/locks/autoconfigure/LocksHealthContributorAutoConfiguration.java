package io.github.locks.autoconfigure;

import java.time.Duration;

import io.github.locks.LockManager;
import io.github.locks.actuate.LocksHealthIndicator;
import io.github.locks.spi.LockBackend;
import io.github.locks.support.DefaultLockManager;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for {@link LocksHealthIndicator}.
 */
@AutoConfiguration(after = LocksAutoConfiguration.class)
@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnBean({ LocksProperties.class, DefaultLockManager.class })
public final class LocksHealthContributorAutoConfiguration {

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	@Bean
	@ConditionalOnEnabledHealthIndicator("locks")
	@ConditionalOnMissingBean(name = { "locksHealthContributor", "locksHealthIndicator" })
	LocksHealthIndicator locksHealthContributor(LockManager lockManager, LocksProperties properties,
			ObjectProvider<LockBackend> backends) {
		LockBackends chosen = new LockBackends(properties, backends.getIfAvailable());
		return new LocksHealthIndicator(lockManager, chosen.name(), chosen.directory(),
				() -> checkBackend(lockManager));
	}

	/** Of a manager that was replaced or wrapped, the backend is out of reach. */
	private static void checkBackend(LockManager lockManager) {
		if (lockManager instanceof DefaultLockManager known) {
			known.checkBackend(PATIENCE);
		}
	}

}
