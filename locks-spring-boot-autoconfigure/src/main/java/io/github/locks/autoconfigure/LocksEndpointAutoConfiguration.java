package io.github.locks.autoconfigure;

import io.github.locks.LockManager;
import io.github.locks.actuate.LocksEndpoint;
import io.github.locks.actuate.LocksEndpointWebExtension;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for {@link LocksEndpoint}.
 */
@AutoConfiguration(after = LocksAutoConfiguration.class)
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnAvailableEndpoint(LocksEndpoint.class)
@ConditionalOnBean(LockManager.class)
@EnableConfigurationProperties(LocksProperties.class)
public final class LocksEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	LocksEndpoint locksEndpoint(LockManager lockManager, LocksProperties properties) {
		return new LocksEndpoint(lockManager, properties.getEndpoint().isMask());
	}

	@Bean
	@ConditionalOnMissingBean
	LocksEndpointWebExtension locksEndpointWebExtension(LocksEndpoint locksEndpoint) {
		return new LocksEndpointWebExtension(locksEndpoint);
	}

}
