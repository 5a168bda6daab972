package io.github.locks.actuate;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@link LocksEndpoint} does over HTTP, whatever the server.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
abstract class AbstractLocksEndpointHttpTests {

	private HttpApp app;

	abstract HttpApp start(String... properties);

	@BeforeAll
	void startApp() {
		this.app = start();
	}

	@AfterAll
	void stopApp() {
		this.app.close();
	}

	HttpApp app() {
		return this.app;
	}

	@Test
	void documentIsThatOfTheContract() throws Exception {
		HttpResponse<String> response = this.app.get("");
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(json(response)).isEqualTo(expected());
	}

	@Test
	void keysOfLocksAreInTheirOrder() throws Exception {
		assertThat(this.app.get("").body()).containsSubsequence("\"read\":{\"total", "\"write\":{\"total",
				"\"distributed\":{\"total");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/episodes", "?resource=episodes" })
	void documentOfOneResourceHasOnlyItsDeadlocks(String rest) throws Exception {
		HttpResponse<String> response = this.app.get(rest);
		assertThat(response.statusCode()).isEqualTo(200);
		JsonNode document = json(response);
		assertThat(document.get("statistics")).isEqualTo(expected().get("statistics"));
		assertThat(document.get("status")).isEqualTo(expected().get("status"));
		assertThat(document.get("deadlocks")).hasSize(1).first().isEqualTo(expected().get("deadlocks").get(0));
	}

	@ParameterizedTest
	@MethodSource("names")
	void everyNameCanBeReadAsParameter(String name) throws Exception {
		HttpResponse<String> response = this.app.get("?resource=" + HttpApp.encode(name));
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(json(response).at("/statistics/0/resourceName").asString()).isEqualTo(name);
	}

	@ParameterizedTest
	@ValueSource(strings = { "orders:42", "a/b/c", "a;b=c", "100%", "50%/x", "%2F", "a%2fb", "smörgås-鎖-🔒", "a b+c",
			"<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</script><svg onload=alert(1)>",
			"a\",\"b\":1", "{{7*7}}", "${7*7}", "[[${7*7}]]", "=cmd|' /C calc'!A0" })
	void nameInThePathIsDecodedOnce(String name) throws Exception {
		HttpResponse<String> response = this.app.get("/" + HttpApp.encode(name).replace("%2F", "/"));
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(json(response).at("/statistics/0/resourceName").asString()).isEqualTo(name);
	}

	@ParameterizedTest
	@MethodSource("names")
	void noNameInThePathIsAnErrorOfTheServer(String name) throws Exception {
		assertThat(this.app.get("/" + HttpApp.encode(name)).statusCode()).isLessThan(500);
		assertThat(this.app.get("/" + HttpApp.encode(name).replace("%2F", "/")).statusCode()).isLessThan(500);
	}

	@ParameterizedTest
	@ValueSource(strings = { "nope", "orders:43", "episodes/x", "../../etc/passwd" })
	void unknownResourceIsNotFound(String name) throws Exception {
		assertThat(this.app.get("?resource=" + HttpApp.encode(name)).statusCode()).isEqualTo(404);
		assertThat(this.app.get("/" + name.replace("../", "..%2e/")).statusCode()).isEqualTo(404);
	}

	@ParameterizedTest
	@MethodSource("impossible")
	void impossibleNameIsNotFound(String parameter) throws Exception {
		assertThat(this.app.get("?resource=" + parameter).statusCode()).isEqualTo(404);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/%00", "/%ed%a0%80", "/%20", "/%", "/%zz", "/%ff", "?resource=%ff", "/a%2fb", "/%25zz",
			"/a;jsessionid=1/b", "/a//b", "/%2e%2e%2fenv", "/a\\b", "/a|b", "/\u00e4", "/{x}", "/**", "?resource=%",
			"?resource=%zz", "?resource=a&resource=b" })
	void noPathIsAnErrorOfTheServer(String rest) throws Exception {
		assertThat(this.app.rawGet(rest)).isIn(400, 404);
	}

	/** Servers differ in what they take for a name. */
	@ParameterizedTest
	@ValueSource(strings = { "/", "//", "/;", "/.", "/..", "/a;b=c", "?resource", "?%=x" })
	void whatMayBeNoNameIsNoErrorOfTheServer(String rest) throws Exception {
		assertThat(this.app.rawGet(rest)).isIn(200, 400, 404);
	}

	@ParameterizedTest
	@ValueSource(strings = { "resource=episodes", "resource=orders:42", "resource=nope", "resource=a&resource=b",
			"path=orders:42", "path=a&path=b" })
	void nameInThePathDoesNotMixWithParameters(String parameters) throws Exception {
		assertThat(this.app.get("/episodes?" + parameters).statusCode()).isEqualTo(400);
	}

	@Test
	void otherParametersDoNotChangeTheNameInThePath() throws Exception {
		HttpResponse<String> response = this.app.get("/episodes?name=orders:42&limit=1");
		assertThat(json(response).at("/statistics/0/resourceName").asString()).isEqualTo("episodes");
	}

	@Test
	void hugeNameIsNoErrorOfTheServer() throws Exception {
		assertThat(this.app.rawGet("/" + "x".repeat(8192))).isBetween(400, 499);
		assertThat(this.app.rawGet("?resource=" + "x".repeat(8192))).isBetween(400, 499);
	}

	@Test
	void nothingCanBeChangedByDefault() throws Exception {
		for (String method : List.of("DELETE", "POST", "PUT", "PATCH")) {
			assertThat(this.app.send(method, "").statusCode()).as(method).isEqualTo(405);
			assertThat(this.app.send(method, "?resource=episodes").statusCode()).as(method).isEqualTo(405);
			assertThat(this.app.send(method, "/episodes").statusCode()).as(method).isEqualTo(405);
		}
		assertThat(this.app.locks().reset).isEmpty();
	}

	@Test
	void statisticsAreResetWithUnrestrictedAccess() throws Exception {
		try (HttpApp open = start("management.endpoint.locks.access=unrestricted")) {
			assertThat(open.send("DELETE", "?resource=" + HttpApp.encode("a/b;c%")).statusCode()).isEqualTo(204);
			assertThat(open.locks().reset).containsExactly("a/b;c%");
			for (String impossible : impossible().toList()) {
				assertThat(open.send("DELETE", "?resource=" + impossible).statusCode()).isEqualTo(400);
			}
			assertThat(open.locks().reset).containsExactly("a/b;c%");
			assertThat(open.send("DELETE", "/episodes").statusCode()).isEqualTo(405);
			assertThat(open.send("DELETE", "/episodes?resource=episodes").statusCode()).isEqualTo(405);
			assertThat(open.send("DELETE", "").statusCode()).isEqualTo(204);
			assertThat(open.locks().reset).containsExactlyInAnyOrder("a/b;c%", "*");
		}
	}

	static List<String> names() {
		return FixedLockManager.NAMES;
	}

	static Stream<String> impossible() {
		return Stream.of("", "%20", "%09%0A", "%00", "a%00b", "x".repeat(513), "x".repeat(3000));
	}

	private static JsonNode json(HttpResponse<String> response) {
		return JsonMapper.shared().readTree(response.body());
	}

	private static JsonNode expected() throws IOException {
		try (InputStream json = AbstractLocksEndpointHttpTests.class.getResourceAsStream("locks.json")) {
			return JsonMapper.shared().readTree(json);
		}
	}

}
