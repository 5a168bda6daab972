package io.github.locks.actuate;

import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LocksEndpoint} on the port of the management server.
 */
class LocksEndpointManagementPortTests extends AbstractLocksEndpointHttpTests {

	@Override
	HttpApp start(String... properties) {
		String[] all = Stream.concat(Stream.of("management.server.port=0"), Stream.of(properties))
			.toArray(String[]::new);
		return HttpApp.start(WebApplicationType.SERVLET, all);
	}

	@Test
	void portIsThatOfTheManagementServer() {
		assertThat(app().context().getEnvironment().getProperty("local.management.port"))
			.isNotEqualTo(app().context().getEnvironment().getProperty("local.server.port"));
	}

}
