package io.github.locks.actuate;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.WebApplicationType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Requests that somebody made up to do harm, to the endpoint of real locks on real
 * servers. The numbers are the rows of {@code docs/bad-input.md}.
 */
@Timeout(60)
class BadEndpointInputTests {

	private static final int CLOSED = 413;

	private static final Map<Server, HttpApp> OPEN = new EnumMap<>(Server.class);

	private static final Map<Server, HttpApp> READ_ONLY = new EnumMap<>(Server.class);

	@BeforeAll
	static void start() {
		for (Server server : Server.values()) {
			OPEN.put(server, HttpApp.start(HttpApp.RealLocks.class, server.type,
					"management.endpoint.locks.access=unrestricted"));
			READ_ONLY.put(server, HttpApp.start(HttpApp.RealLocks.class, server.type));
		}
	}

	@AfterAll
	static void stop() {
		OPEN.values().forEach(HttpApp::close);
		READ_ONLY.values().forEach(HttpApp::close);
	}

	static Stream<Arguments> names() {
		return cases("<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</script><svg onload=alert(1)>",
				"{{7*7}}", "${7*7}", "[[${7*7}]]", "a\n\ndata: {\"x\":1}\nevent: close", "=cmd|' /C calc'!A0",
				"a\",\"b\":1", "%00", "%2e%2e%2f", "a%2fb", "../x", "a\r\nSet-Cookie: x=1", "\u202Eevil", "\uFEFFa");
	}

	@ParameterizedTest(name = "rows 38 to 44 {0}")
	@MethodSource("names")
	void nameIsOneStringOfTheDocument(Server server, String name) throws Exception {
		LockManager locks = OPEN.get(server).context().getBean(LockManager.class);
		try (LockHandle held = locks.writeLock(name)) {
			HttpResponse<String> response = OPEN.get(server)
				.send("GET", "?resource=" + HttpApp.encode(name), new byte[0], "Accept", "text/html,*/*;q=0.8");
			assertThat(response.statusCode()).isEqualTo(200);
			assertThat(response.headers().firstValue("Content-Type").orElseThrow()).contains("json")
				.doesNotContain("html");
			JsonNode document = JsonMapper.shared().readTree(response.body());
			assertThat(document.propertyNames()).containsExactlyInAnyOrder("statistics", "status", "deadlocks");
			assertThat(document.at("/statistics/0/resourceName").asString()).isEqualTo(name);
			assertThat(document.at("/status/0/resourceName").asString()).isEqualTo(name);
			assertThat(response.body()).doesNotContainPattern("[\\p{Cntrl}&&[^\n]]");
			assertThat(response.headers().map()).doesNotContainKey("set-cookie");
			assertThat(held.isHeld()).isTrue();
		}
		OPEN.get(server).send("DELETE", "?resource=" + HttpApp.encode(name));
	}

	static Stream<Arguments> unknownParameters() {
		return cases("?filter=(a%2B)%2B$", "?filter=" + "a".repeat(4000), "?offset=-1", "?resource=(a%2B)%2B$");
	}

	@ParameterizedTest(name = "row 83 {0} {1}")
	@MethodSource("unknownParameters")
	void parameterThatDoesNotExistHasNoEffect(Server server, String rest) throws Exception {
		LockManager locks = READ_ONLY.get(server).context().getBean(LockManager.class);
		locks.readLock("a".repeat(500) + "!").close();
		HttpResponse<String> response = READ_ONLY.get(server).get(rest);
		if (rest.startsWith("?resource")) {
			assertThat(response.statusCode()).isEqualTo(404);
		}
		else {
			assertThat(response.statusCode()).isEqualTo(200);
			assertThat(JsonMapper.shared().readTree(response.body()).get("statistics")).isNotEmpty();
		}
	}

	static Stream<Arguments> choices() {
		return cases("?sort=;drop", "?sort=heat,name", "?sort=%20", "?sort=heat&sort=heat", "?state=", "?state=locked",
				"?state=h\u00e9ld", "?search=" + "x".repeat(513), "?search=" + "a".repeat(4000));
	}

	@ParameterizedTest(name = "row 83 {0} {1}")
	@MethodSource("choices")
	void choiceThatMakesNoSenseIsRefusedAndNamed(Server server, String rest) throws Exception {
		HttpResponse<String> response = READ_ONLY.get(server)
			.get(rest.startsWith("?search") ? rest
					: HttpApp.encode(rest)
						.replace("%3F", "?")
						.replace("%3D", "=")
						.replace("%26", "&")
						.replace("%25", "%"));
		assertThat(response.statusCode()).isEqualTo(400);
	}

	@ParameterizedTest(name = "row 83 {0} {1}")
	@MethodSource("searches")
	void searchIsForTextAsItIs(Server server, String text) throws Exception {
		LockManager locks = READ_ONLY.get(server).context().getBean(LockManager.class);
		locks.readLock("searched " + text + "!").close();
		locks.readLock("searched aaaaaaaaaaaaaaaaaaaaaaaaaaaa!").close();
		JsonNode document = JsonMapper.shared()
			.readTree(READ_ONLY.get(server).get("?search=" + HttpApp.encode("SEARCHED " + text)).body());
		assertThat(document.get("statistics").findValuesAsString("resourceName"))
			.containsExactly("searched " + text + "!");
	}

	static Stream<Arguments> searches() {
		return cases("(a+)+$", ".*", "%", "_", "\\Q", "<b>");
	}

	static Stream<Arguments> limits() {
		return cases("-1", "0", "10001", "99999999999", "abc", "1.5", "1e3", "%20", "NaN", "%00", "${7*7}",
				"9".repeat(4000));
	}

	@ParameterizedTest(name = "row 83 {0} {1}")
	@MethodSource("limits")
	void limitThatMakesNoSenseIsRefused(Server server, String limit) throws Exception {
		assertThat(READ_ONLY.get(server).get("?limit=" + limit.replace("{", "%7B").replace("}", "%7D")).statusCode())
			.isEqualTo(400);
	}

	@ParameterizedTest(name = "row 83 {0}")
	@EnumSource
	void limitThatMakesSenseHasAnEffect(Server server) throws Exception {
		LockManager locks = READ_ONLY.get(server).context().getBean(LockManager.class);
		locks.readLock("limited:1").close();
		locks.readLock("limited:2").close();
		JsonNode document = JsonMapper.shared().readTree(READ_ONLY.get(server).get("?limit=1").body());
		assertThat(document.get("statistics")).hasSize(1);
		assertThat(document.get("resourcesLeftOut").asInt()).isPositive();
		assertThat(READ_ONLY.get(server).get("?limit=10000").body()).doesNotContain("resourcesLeftOut");
	}

	static Stream<Arguments> bodies() {
		return cases(new Body("no body", "application/json", ""), new Body("text", "text/plain", "resource=a"),
				new Body("form", "application/x-www-form-urlencoded", "resource=a&_method=DELETE"),
				new Body("multipart", "multipart/form-data; boundary=x", "--x--"),
				new Body("empty object", "application/json", "{}"), new Body("array", "application/json", "[\"a\"]"),
				new Body("no JSON", "application/json", "{"),
				new Body("deep", "application/json", "{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000)),
				new Body("deep array", "application/json", "[".repeat(10_000) + "]".repeat(10_000)),
				new Body("10 MB", "application/json", "{\"a\":\"" + "x".repeat(10_000_000) + "\"}"),
				new Body("long number", "application/json", "{\"a\":" + "9".repeat(100_000) + "}"),
				new Body("duplicate keys", "application/json", "{\"resource\":\"a\",\"resource\":\"b\"}"),
				new Body("wrong type", "application/json", "{\"resource\":{\"x\":[1]}}"),
				new Body("unknown fields", "application/json", "{\"nope\":1}"),
				new Body("class", "application/json", "{\"@class\":\"javax.swing.JEditorPane\",\"page\":\"http://x\"}"),
				new Body("class of the value", "application/json",
						"{\"resource\":[\"java.net.URL\",\"http://127.0.0.1:9/\"]}"),
				new Body("XML", "application/xml",
						"<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><x>&e;</x>"),
				new Body("no UTF-8", "application/json", "{\"a\":\"\u00ff\"}", StandardCharsets.ISO_8859_1.name()));
	}

	@ParameterizedTest(name = "row 84 {0} {1}")
	@MethodSource("bodies")
	void bodyOfAnOperationThatDoesNotExistIsRefused(Server server, Body body) throws Exception {
		for (String method : List.of("POST", "PUT", "PATCH")) {
			for (String rest : List.of("", "/kept", "?resource=kept")) {
				assertThat(status(OPEN.get(server), method, rest, body)).as(method + " " + rest).isBetween(400, 499);
			}
		}
	}

	@ParameterizedTest(name = "row 84 {0} {1}")
	@MethodSource("bodies")
	void bodyOfDeleteChangesNothingButWhatTheParameterNames(Server server, Body body) throws Exception {
		LockManager locks = OPEN.get(server).context().getBean(LockManager.class);
		try (LockHandle held = locks.writeLock("kept")) {
			locks.readLock("a").close();
			int status = status(OPEN.get(server), "DELETE", "?resource=other", body);
			assertThat(status).satisfiesAnyOf((code) -> assertThat(code).isEqualTo(204),
					(code) -> assertThat(code).isBetween(400, 499));
			assertThat(locks.getStatistics("a").get(0).locks().get("read").totalAcquisitions()).isPositive();
			assertThat(locks.getStatistics("kept").get(0).locks().get("write").totalAcquisitions()).isPositive();
			assertThat(held.isHeld()).isTrue();
		}
	}

	@ParameterizedTest(name = "row 84 {0} {1}")
	@MethodSource("bodies")
	void bodyOfDeleteIsRefusedWhereAccessIsReadOnly(Server server, Body body) throws Exception {
		int status = status(READ_ONLY.get(server), "DELETE", "?resource=other", body);
		assertThat(status).isIn(405, CLOSED);
	}

	@ParameterizedTest(name = "row 84 {0}")
	@EnumSource
	void parameterOfDeleteThatDoesNotExistIsIgnored(Server server) throws Exception {
		LockManager locks = OPEN.get(server).context().getBean(LockManager.class);
		locks.readLock("forgotten").close();
		assertThat(OPEN.get(server).send("DELETE", "?recource=other").statusCode()).isEqualTo(204);
		assertThat(locks.getStatistics("forgotten").stream().mapToLong((one) -> one.recentOperations().size()).sum())
			.isZero();
		assertThat(OPEN.get(server).send("DELETE", "?resource").statusCode())
			.isEqualTo((server == Server.NETTY) ? 204 : 400);
	}

	@ParameterizedTest(name = "row 84 {0}")
	@EnumSource
	void twoNamesAreRefused(Server server) throws Exception {
		HttpApp app = OPEN.get(server);
		LockManager locks = app.context().getBean(LockManager.class);
		for (String name : List.of("one", "two", "one,two")) {
			locks.readLock(name).close();
		}
		for (String method : List.of("GET", "DELETE")) {
			assertThat(app.send(method, "?resource=one&resource=two").statusCode()).as(method).isEqualTo(400);
			assertThat(app.send(method, "?resource=one&resource=one").statusCode()).as(method).isEqualTo(400);
		}
		for (String name : List.of("one", "two", "one,two")) {
			assertThat(locks.getStatistics(name).get(0).recentOperations()).as(name).isNotEmpty();
		}
		assertThat(app.send("DELETE", "?resource=one,two").statusCode()).isEqualTo(204);
		assertThat(locks.getStatistics("one").get(0).recentOperations()).isNotEmpty();
		assertThat(locks.getStatistics("one,two").get(0).recentOperations()).isEmpty();
	}

	@ParameterizedTest(name = "row 85 {0}")
	@EnumSource
	void nothingIsChangedByWhatABrowserSendsForAForeignPage(Server server) throws Exception {
		HttpApp app = OPEN.get(server);
		LockManager locks = app.context().getBean(LockManager.class);
		locks.readLock("counted").close();
		byte[] none = new byte[0];
		assertThat(app.send("GET", "?resource=counted&_method=DELETE", none).statusCode()).isEqualTo(200);
		assertThat(app.send("GET", "?resource=counted", none, "X-HTTP-Method-Override", "DELETE").statusCode())
			.isEqualTo(200);
		assertThat(app.send("HEAD", "?resource=counted", none).statusCode()).isBetween(200, 499);
		byte[] form = "_method=DELETE&resource=counted".getBytes(StandardCharsets.UTF_8);
		assertThat(app
			.send("POST", "?resource=counted", form, "Content-Type", "application/x-www-form-urlencoded", "Origin",
					"http://evil.example")
			.statusCode()).isEqualTo(405);
		HttpResponse<String> preflight = app.send("OPTIONS", "?resource=counted", none, "Origin", "http://evil.example",
				"Access-Control-Request-Method", "DELETE");
		assertThat(preflight.headers().map().keySet())
			.noneMatch((header) -> header.toLowerCase(Locale.ROOT).startsWith("access-control-allow"));
		HttpResponse<String> foreign = app.send("GET", "?resource=counted", none, "Origin", "http://evil.example");
		assertThat(foreign.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
		assertThat(locks.getStatistics("counted").get(0).locks().get("read").totalAcquisitions()).isOne();
	}

	@ParameterizedTest(name = "row 85 {0}")
	@EnumSource
	void nothingIsChangedUnderAForeignHostUnlessAccessIsUnrestricted(Server server) throws Exception {
		HttpApp app = READ_ONLY.get(server);
		LockManager locks = app.context().getBean(LockManager.class);
		locks.readLock("counted").close();
		assertThat(app.raw("DELETE", "?resource=counted", "Host: evil.example", "Origin: http://evil.example"))
			.startsWith("HTTP/1.1 405");
		assertThat(app.raw("DELETE", "", "Host: evil.example")).startsWith("HTTP/1.1 405");
		assertThat(app.raw("GET", "?resource=counted", "Host: evil.example")).startsWith("HTTP/1.1 200");
		assertThat(app.raw("GET", "?resource=counted", "Host: a b<script>")).doesNotContain("HTTP/1.1 5", "<script>");
		assertThat(locks.getStatistics("counted").get(0).locks().get("read").totalAcquisitions()).isOne();
	}

	/** A server may close the connection rather than read a body that nobody wants. */
	private static int status(HttpApp app, String method, String rest, Body body) throws Exception {
		try {
			return app.send(method, rest, body.bytes(), "Content-Type", body.type).statusCode();
		}
		catch (IOException ex) {
			assertThat(body.text).hasSizeGreaterThan(1_000_000);
			assertThat(app.get("").statusCode()).isEqualTo(200);
			return CLOSED;
		}
	}

	private static Stream<Arguments> cases(Object... values) {
		return Stream.of(Server.values())
			.flatMap((server) -> Stream.of(values).map((value) -> Arguments.of(server, value)));
	}

	enum Server {

		TOMCAT(WebApplicationType.SERVLET), NETTY(WebApplicationType.REACTIVE);

		private final WebApplicationType type;

		Server(WebApplicationType type) {
			this.type = type;
		}

	}

	record Body(String description, String type, String text, String charset) {

		Body(String description, String type, String text) {
			this(description, type, text, StandardCharsets.UTF_8.name());
		}

		byte[] bytes() throws Exception {
			return this.text.getBytes(this.charset);
		}

		@Override
		public String toString() {
			return this.description;
		}

	}

}
