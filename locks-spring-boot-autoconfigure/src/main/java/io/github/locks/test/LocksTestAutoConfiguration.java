package io.github.locks.test;

import io.github.locks.LockManager;
import io.github.locks.autoconfigure.LocksAutoConfiguration;
import io.github.locks.memory.MemoryLockBackend;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/**
 * The beans of {@link AutoConfigureLocks @AutoConfigureLocks}. They win over what the
 * application declares.
 */
@AutoConfiguration(before = LocksAutoConfiguration.class)
final class LocksTestAutoConfiguration {

	static final String MODE = "locks.test.mode";

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnProperty(name = MODE, havingValue = "IN_MEMORY")
	static final class InMemoryConfiguration {

		@Bean
		@Primary
		MemoryLockBackend locksTestBackend() {
			return new MemoryLockBackend();
		}

		@Bean
		LockProbe lockProbe(LockManager lockManager, MemoryLockBackend locksTestBackend) {
			return LockProbe.of(lockManager, locksTestBackend);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnProperty(name = MODE, havingValue = "OFF")
	static final class OffConfiguration {

		@Bean
		@Primary
		LockManager locksTestManager() {
			return new UnlockedManager();
		}

		@Bean
		LockProbe lockProbe(LockManager lockManager) {
			return LockProbe.of(lockManager);
		}

	}

}
