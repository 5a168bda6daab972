package io.github.locks.actuate;

import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LocksEndpoint} over WebFlux and Netty.
 */
class LocksEndpointWebFluxTests extends AbstractLocksEndpointHttpTests {

	@Override
	HttpApp start(String... properties) {
		return HttpApp.start(WebApplicationType.REACTIVE, properties);
	}

	@Test
	void serverIsNetty() {
		assertThat(app().context().getBeanNamesForType(NettyReactiveWebServerFactory.class)).hasSize(1);
	}

}
