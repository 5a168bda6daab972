package io.github.locks.sample;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.github.locks.InvalidLockNameException;
import io.github.locks.LockBackendException;
import io.github.locks.LockException;
import io.github.locks.LockLostException;
import io.github.locks.LockManagerClosedException;
import io.github.locks.LockTimeoutException;
import io.github.locks.LockType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.BDDMockito.willThrow;

/**
 * Tests for the HTTP layer, with stores that are mocks.
 */
@WebMvcTest
class WebTests {

	@Autowired
	MockMvcTester mvc;

	@MockitoBean
	EpisodeStore episodes;

	@MockitoBean
	Agents agents;

	@MockitoBean
	SkillLibrary skills;

	@MockitoBean
	SharedCounter counter;

	@MockitoBean
	EpisodeSearch search;

	@MockitoBean
	Snapshots snapshots;

	@MockitoBean
	DigestFile digestFile;

	@MockitoBean
	DigestWriter digestWriter;

	@Test
	void postEpisodeReturnsCreatedWithIdAndLocation() {
		given(this.episodes.add("a1", "met b2")).willReturn(new Episode(7, "a1", "met b2"));
		MvcTestResult result = send(HttpMethod.POST, "/episodes", """
				{"agent": "a1", "content": "met b2"}""");
		assertThat(result).hasStatus(HttpStatus.CREATED)
			.hasHeader("Location", "http://localhost/episodes/7")
			.bodyJson()
			.isStrictlyEqualTo("""
					{"id": 7, "agent": "a1", "content": "met b2"}""");
	}

	@Test
	void getEpisodeReturnsEpisode() {
		given(this.episodes.find(7)).willReturn(Optional.of(new Episode(7, "a1", "met b2")));
		assertThat(this.mvc.get().uri("/episodes/7")).hasStatusOk().bodyJson().isStrictlyEqualTo("""
				{"id": 7, "agent": "a1", "content": "met b2"}""");
	}

	@Test
	void getEpisodesReturnsThoseOfAgent() {
		given(this.episodes.byAgent("a1")).willReturn(List.of(new Episode(7, "a1", "met b2")));
		assertThat(this.mvc.get().uri("/episodes?agent=a1")).hasStatusOk().bodyJson().isStrictlyEqualTo("""
				[{"id": 7, "agent": "a1", "content": "met b2"}]""");
	}

	@Test
	void putSkillReturnsCreatedThenOk() {
		given(this.skills.put(any())).willReturn(true, false);
		String skill = """
				{"name": "Greet", "steps": ["wave", "say hello"]}""";
		String expected = """
				{"id": "greet", "name": "Greet", "steps": ["wave", "say hello"]}""";
		assertThat(send(HttpMethod.PUT, "/skills/greet", skill)).hasStatus(HttpStatus.CREATED)
			.bodyJson()
			.isStrictlyEqualTo(expected);
		assertThat(send(HttpMethod.PUT, "/skills/greet", skill)).hasStatusOk().bodyJson().isStrictlyEqualTo(expected);
	}

	@Test
	void putSkillWithoutStepsStoresNone() {
		assertThat(send(HttpMethod.PUT, "/skills/greet", "{\"name\": \"Greet\"}")).hasStatusOk();
		then(this.skills).should().put(new Skill("greet", "Greet", List.of()));
	}

	@Test
	void getSkillAndSkillsReturnThem() {
		Skill skill = new Skill("greet", "Greet", List.of("wave"));
		given(this.skills.find("greet")).willReturn(Optional.of(skill));
		given(this.skills.all()).willReturn(List.of(skill));
		String expected = """
				{"id": "greet", "name": "Greet", "steps": ["wave"]}""";
		assertThat(this.mvc.get().uri("/skills/greet")).hasStatusOk().bodyJson().isStrictlyEqualTo(expected);
		assertThat(this.mvc.get().uri("/skills")).hasStatusOk().bodyJson().isStrictlyEqualTo("[" + expected + "]");
	}

	@Test
	void counterReturnsValue() {
		given(this.counter.get()).willReturn(5_000_000_000L);
		given(this.counter.increment()).willReturn(5_000_000_001L);
		assertThat(this.mvc.get().uri("/counter")).hasStatusOk()
			.bodyJson()
			.isStrictlyEqualTo("{\"value\": 5000000000}");
		assertThat(this.mvc.post().uri("/counter/increment")).hasStatusOk()
			.bodyJson()
			.isStrictlyEqualTo("{\"value\": 5000000001}");
	}

	@Test
	void searchReturnsEpisodes() {
		given(this.search.search("b2"))
			.willReturn(CompletableFuture.completedFuture(List.of(new Episode(7, "a1", "met b2"))));
		assertThat(this.mvc.get().uri("/episodes/search?text=b2")).hasStatusOk().bodyJson().isStrictlyEqualTo("""
				[{"id": 7, "agent": "a1", "content": "met b2"}]""");
	}

	@Test
	void searchThatTimesOutIsServiceUnavailable() {
		given(this.search.search("b2")).willReturn(CompletableFuture.failedFuture(
				new LockTimeoutException("Gave up", "episodes", LockType.READ, Duration.ofSeconds(2), List.of(), 1)));
		MvcTestResult result = this.mvc.get().uri("/episodes/search?text=b2").exchange();
		assertProblem(result, HttpStatus.SERVICE_UNAVAILABLE);
		assertThat(result).hasHeader("Retry-After", "2");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "GET|/episodes/8|404", "GET|/episodes/x|400", "GET|/episodes/99999999999999999999|400",
					"GET|/episodes|400", "GET|/episodes/search|400", "GET|/episodes/search?text=%20|400",
					"GET|/skills/unknown|404", "GET|/skills/..%2e|404", "GET|/nothing|404", "DELETE|/skills|405",
					"DELETE|/episodes/1|405", "GET|/counter/increment|405", "POST|/counter|405", "POST|/episodes|400",
					"PUT|/skills/a|400" })
	void badRequestIsAnsweredWithProblem(HttpMethod method, String path, int status) {
		MvcTestResult result = this.mvc.method(method)
			.uri(URI.create(path))
			.contentType(MediaType.APPLICATION_JSON)
			.exchange();
		assertProblem(result, HttpStatus.valueOf(status));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "{", "[]", "7", "{}", "{\"agent\": \" \", \"content\": \"x\"}",
			"{\"agent\": \"a1\", \"content\": \"\"}", "{\"agent\": null, \"content\": \"x\"}",
			"{\"agent\": {}, \"content\": \"x\"}" })
	void badEpisodeIsAnsweredWithProblem(String body) {
		assertProblem(send(HttpMethod.POST, "/episodes", body), HttpStatus.BAD_REQUEST);
		then(this.episodes).shouldHaveNoInteractions();
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"steps\": []}", "{\"name\": \"\"}", "{\"name\": \"x\", \"steps\": [null]}",
			"{\"name\": \"x\", \"steps\": [\" \"]}", "{\"name\": \"x\", \"steps\": \"y\"}" })
	void badSkillIsAnsweredWithProblem(String body) {
		assertProblem(send(HttpMethod.PUT, "/skills/greet", body), HttpStatus.BAD_REQUEST);
		then(this.skills).shouldHaveNoInteractions();
	}

	@ParameterizedTest
	@ValueSource(strings = { "%20", "%C2%A0%20", "%F0", "a%00b" })
	void strangeSkillIdIsNoServerError(String id) {
		assertThat(send(HttpMethod.PUT, "/skills/" + id, "{\"name\": \"x\"}")).hasStatus(status(id));
	}

	private HttpStatus status(String id) {
		return id.equals("%20") ? HttpStatus.BAD_REQUEST : HttpStatus.OK;
	}

	@Test
	void longSkillIdIsAnsweredWithProblem() {
		assertProblem(send(HttpMethod.PUT, "/skills/" + "x".repeat(101), "{\"name\": \"x\"}"), HttpStatus.BAD_REQUEST);
	}

	@Test
	void invalidBodyIsExplained() {
		assertThat(send(HttpMethod.POST, "/episodes", "{\"agent\": \"\"}")).bodyJson()
			.extractingPath("$.detail")
			.asString()
			.contains("agent must not be blank", "content must not be blank");
	}

	@Test
	void otherMediaTypeIsAnsweredWithProblem() {
		assertProblem(this.mvc.post().uri("/episodes").contentType(MediaType.TEXT_PLAIN).content("a1").exchange(),
				HttpStatus.UNSUPPORTED_MEDIA_TYPE);
	}

	@ParameterizedTest
	@CsvSource({ "0, 1", "1, 1", "1000, 1", "1001, 2", "60000, 60" })
	void lockTimeoutIsAnsweredWithRetryAfter(long timeoutMillis, String retryAfter) {
		given(this.counter.increment()).willThrow(new LockTimeoutException("Gave up on 'counter:file'", "counter:file",
				LockType.DISTRIBUTED, Duration.ofMillis(timeoutMillis), List.of(), 1));
		MvcTestResult result = this.mvc.post().uri("/counter/increment").exchange();
		assertProblem(result, HttpStatus.SERVICE_UNAVAILABLE);
		assertThat(result).hasHeader("Retry-After", retryAfter).bodyJson().isLenientlyEqualTo("""
				{"resource": "counter:file", "kind": "distributed", "detail": "Gave up on 'counter:file'"}""");
	}

	@Test
	void lockFailureThatMayPassIsServiceUnavailable() {
		assertFailure(new LockBackendException("Disk full", "counter:file", LockType.DISTRIBUTED, null),
				HttpStatus.SERVICE_UNAVAILABLE);
		assertFailure(new LockManagerClosedException("Closed", null, null, null), HttpStatus.SERVICE_UNAVAILABLE);
	}

	@Test
	void lockFailureThatWillNotPassIsServerError() {
		assertFailure(new LockLostException("Lost", "counter:file", LockType.DISTRIBUTED, null),
				HttpStatus.INTERNAL_SERVER_ERROR);
		assertFailure(new InvalidLockNameException("Bad name"), HttpStatus.INTERNAL_SERVER_ERROR);
	}

	@Test
	void unexpectedFailureIsServerErrorThatTellsNothing() {
		given(this.counter.get()).willThrow(new IllegalStateException("secret"));
		MvcTestResult result = this.mvc.get().uri("/counter").exchange();
		assertProblem(result, HttpStatus.INTERNAL_SERVER_ERROR);
		assertThat(result).bodyText().doesNotContain("secret");
	}

	private void assertFailure(LockException failure, HttpStatus status) {
		willThrow(failure).given(this.counter).get();
		assertProblem(this.mvc.get().uri("/counter").exchange(), status);
	}

	private MvcTestResult send(HttpMethod method, String path, String body) {
		return this.mvc.method(method)
			.uri(URI.create(path))
			.contentType(MediaType.APPLICATION_JSON)
			.content(body)
			.exchange();
	}

	private void assertProblem(MvcTestResult result, HttpStatus status) {
		assertThat(result).hasStatus(status)
			.hasContentTypeCompatibleWith(MediaType.APPLICATION_PROBLEM_JSON)
			.bodyJson()
			.extractingPath("$.status")
			.isEqualTo(status.value());
	}

}
