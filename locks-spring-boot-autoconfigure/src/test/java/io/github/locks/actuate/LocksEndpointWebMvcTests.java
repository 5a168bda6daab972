package io.github.locks.actuate;

import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LocksEndpoint} over Spring MVC and Tomcat.
 */
class LocksEndpointWebMvcTests extends AbstractLocksEndpointHttpTests {

	@Override
	HttpApp start(String... properties) {
		return HttpApp.start(WebApplicationType.SERVLET, properties);
	}

	@Test
	void serverIsTomcat() {
		assertThat(app().context().getBeanNamesForType(TomcatServletWebServerFactory.class)).hasSize(1);
	}

}
