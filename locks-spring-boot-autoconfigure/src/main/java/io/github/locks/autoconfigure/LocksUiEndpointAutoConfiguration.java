package io.github.locks.autoconfigure;

import io.github.locks.LockManager;
import io.github.locks.dashboard.LocksUiEndpoint;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.web.util.HtmlUtils;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for {@link LocksUiEndpoint}.
 */
@AutoConfiguration(after = LocksAutoConfiguration.class)
@ConditionalOnWebApplication
@ConditionalOnClass({ WebEndpoint.class, ConditionalOnAvailableEndpoint.class, HtmlUtils.class })
@ConditionalOnAvailableEndpoint(LocksUiEndpoint.class)
@ConditionalOnBean(LockManager.class)
public final class LocksUiEndpointAutoConfiguration {

	/** The paths are known only when all endpoints are. */
	@Bean
	@ConditionalOnMissingBean
	LocksUiEndpoint locksUiEndpoint(ObjectProvider<PathMappedEndpoints> endpoints) {
		return new LocksUiEndpoint((id) -> {
			PathMappedEndpoints known = endpoints.getIfAvailable();
			return (known != null) ? known.getRootPath(id) : null;
		});
	}

}
