package io.github.locks.autoconfigure;

import java.util.Set;

import javax.management.MBeanOperationInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import io.github.locks.LockManager;
import io.github.locks.actuate.LocksEndpoint;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.jmx.JmxEndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.jmx.JmxAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link LocksEndpointAutoConfiguration}.
 */
class LocksEndpointAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(LocksAutoConfiguration.class, LocksEndpointAutoConfiguration.class));

	private final ApplicationContextRunner exposed = this.runner
		.withPropertyValues("management.endpoints.web.exposure.include=locks");

	@Test
	void endpointIsThereWhenExposed() {
		this.exposed.run((context) -> assertThat(context).hasSingleBean(LocksEndpoint.class));
	}

	@Test
	void endpointIsNotThereWhenNotExposed() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(LocksEndpoint.class));
	}

	@Test
	void endpointIsNotThereWithoutAccess() {
		this.exposed.withPropertyValues("management.endpoint.locks.access=NONE")
			.run((context) -> assertThat(context).doesNotHaveBean(LocksEndpoint.class));
	}

	@Test
	void endpointIsNotThereWhenLocksAreDisabled() {
		this.exposed.withPropertyValues("locks.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(LocksEndpoint.class));
	}

	@Test
	void endpointShowsTheManagerOfTheUser() {
		this.exposed.withBean("mine", LockManager.class, () -> mock(LockManager.class))
			.run((context) -> assertThat(context).hasSingleBean(LocksEndpoint.class));
	}

	@Test
	void endpointBacksOffForOneOfTheUser() {
		LocksEndpoint mine = new LocksEndpoint(mock(LockManager.class));
		this.exposed.withBean(LocksEndpoint.class, () -> mine)
			.run((context) -> assertThat(context).getBean(LocksEndpoint.class).isSameAs(mine));
	}

	@Test
	void endpointIsThereOverJmx() {
		this.runner
			.withConfiguration(AutoConfigurations.of(JmxAutoConfiguration.class, EndpointAutoConfiguration.class,
					JmxEndpointAutoConfiguration.class))
			.withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=locks")
			.run((context) -> {
				assertThat(context).hasNotFailed().hasSingleBean(LocksEndpoint.class);
				Set<ObjectName> names = context.getBean(MBeanServer.class)
					.queryNames(new ObjectName("*:type=Endpoint,name=Locks,*"), null);
				assertThat(names).hasSize(1);
				assertThat(context.getBean(MBeanServer.class).getMBeanInfo(names.iterator().next()).getOperations())
					.extracting(MBeanOperationInfo::getName)
					.containsExactlyInAnyOrder("locks", "lock");
			});
	}

	@Test
	void actuatorIsNotNeeded() {
		this.exposed.withClassLoader(new FilteredClassLoader(Endpoint.class, ConditionalOnAvailableEndpoint.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(LocksEndpoint.class));
	}

}
