package io.github.locks.dashboard;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import io.github.locks.autoconfigure.LocksAutoConfiguration;
import io.github.locks.autoconfigure.LocksUiEndpointAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.core.io.Resource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link LocksUiEndpoint} and its auto-configuration.
 */
class LocksUiEndpointTests {

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(LocksAutoConfiguration.class, LocksUiEndpointAutoConfiguration.class));

	@Test
	void pageIsThereWhenExposedOnly() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(LocksUiEndpoint.class));
		this.runner.withPropertyValues("management.endpoints.web.exposure.include=locksui")
			.run((context) -> assertThat(context).hasSingleBean(LocksUiEndpoint.class));
		this.runner.withPropertyValues("management.endpoints.web.exposure.include=locksui", "locks.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(LocksUiEndpoint.class));
	}

	@Test
	void pageKnowsWhereTheRestIsByRelativeAddresses() throws IOException {
		String page = text(new LocksUiEndpoint((id) -> id.toLowerCaseString()).page());
		assertThat(page).contains("content=\"locks\"", "href=\"locksui/app.css\"", "src=\"locksui/app.js\"")
			.doesNotContain("{")
			.doesNotContain("http:", "https:", "style=", "onclick");
		String moved = text(new LocksUiEndpoint((id) -> "ops/" + id.toLowerCaseString() + "\"<").page());
		assertThat(moved).contains("content=\"../ops/locks&quot;&lt;\"").contains("href=\"locksui&quot;&lt;/app.css\"");
	}

	@Test
	void pageForbidsAllThatIsNotItsOwn() throws IOException {
		assertThat(text(new LocksUiEndpoint((id) -> null).page())).contains("default-src 'none'", "script-src 'self'")
			.doesNotContain("unsafe-");
	}

	@ParameterizedTest
	@ValueSource(strings = { "app.css", "app.js", "draw.js", "model.js" })
	void partsAreServed(String name) throws IOException {
		WebEndpointResponse<Resource> response = new LocksUiEndpoint((id) -> null).asset(name);
		assertThat(response.getStatus()).isEqualTo(200);
		assertThat(String.valueOf(response.getContentType()))
			.contains(name.endsWith("css") ? "text/css" : "javascript");
		assertThat(text(response.getBody())).isNotEmpty().doesNotContain("innerHTML", "eval(", "document.write");
	}

	@ParameterizedTest
	@ValueSource(strings = { "index.html", "../locks-ui/app.js", "../../application.yml", "app.js/", "", "APP.JS" })
	void nothingElseIsServed(String name) {
		WebEndpointResponse<Resource> response = new LocksUiEndpoint((id) -> null).asset(name);
		assertThat(response.getStatus()).isEqualTo(404);
		assertThat(response.getBody()).isNull();
	}

	private static String text(Resource resource) throws IOException {
		return resource.getContentAsString(StandardCharsets.UTF_8);
	}

}
