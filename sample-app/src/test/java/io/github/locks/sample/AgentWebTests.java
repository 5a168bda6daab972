package io.github.locks.sample;

import java.net.URI;
import java.util.List;

import io.github.locks.LockHandle;
import io.github.locks.test.AutoConfigureLocks;
import io.github.locks.test.LockProbe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;

/**
 * Tests for {@link AgentController}: a slice with locks in memory.
 */
@WebMvcTest(controllers = AgentController.class, properties = "locks.resources[agents\\:*].timeout=200ms")
@Import(Agents.class)
@AutoConfigureLocks
@Timeout(60)
class AgentWebTests {

	@Autowired
	MockMvcTester mvc;

	@Autowired
	LockProbe probe;

	@MockitoBean
	EpisodeStore episodes;

	@Test
	void getAgentReturnsProfile() {
		given(this.episodes.byAgent("a1")).willReturn(List.of(new Episode(7, "a1", "met b2")));
		assertThat(this.mvc.get().uri("/agents/a1")).hasStatusOk().bodyJson().isStrictlyEqualTo("""
				{"agent": "a1", "episodes": 1, "latest": {"id": 7, "agent": "a1", "content": "met b2"}}""");
		assertProblem(HttpMethod.GET, "/agents/unknown", HttpStatus.NOT_FOUND);
	}

	@Test
	void deleteAgentForgetsOrHandsOver() {
		given(this.episodes.forget("a1")).willReturn(3);
		given(this.episodes.handOver("a1", "a2")).willReturn(4);
		assertThat(this.mvc.delete().uri("/agents/a1")).hasStatusOk().bodyJson().isStrictlyEqualTo("""
				{"agent": "a1", "episodes": 3}""");
		assertThat(this.mvc.delete().uri("/agents/a1?heir=a2")).hasStatusOk().bodyJson().isStrictlyEqualTo("""
				{"agent": "a1", "episodes": 4}""");
	}

	@Test
	void deleteAgentWhileHeirIsBusyIsServiceUnavailable() {
		try (LockHandle held = this.probe.holdRead("agents:a2")) {
			MvcTestResult result = assertProblem(HttpMethod.DELETE, "/agents/a1?heir=a2",
					HttpStatus.SERVICE_UNAVAILABLE);
			assertThat(result).hasHeader("Retry-After", "1").bodyJson().isLenientlyEqualTo("""
					{"resource": "agents:a2", "kind": "write"}""");
			assertThat(held.isHeld()).isTrue();
		}
		then(this.episodes).shouldHaveNoInteractions();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/agents/a1?heir=", "/agents/a1?heir=%20", "/agents/a1?heir=a1", "/agents/a1?heir=%00",
			"/agents/a1?heir=a%0Ab", "/agents/%20", "/agents/a%00b" })
	void badAgentIsAnsweredWithProblem(String path) {
		assertProblem(HttpMethod.DELETE, path, HttpStatus.BAD_REQUEST);
		then(this.episodes).shouldHaveNoInteractions();
	}

	@Test
	void longNameIsAnsweredWithProblem() {
		assertProblem(HttpMethod.GET, "/agents/" + "x".repeat(101), HttpStatus.BAD_REQUEST);
		assertProblem(HttpMethod.DELETE, "/agents/a1?heir=" + "x".repeat(101), HttpStatus.BAD_REQUEST);
	}

	private MvcTestResult assertProblem(HttpMethod method, String path, HttpStatus status) {
		MvcTestResult result = this.mvc.method(method).uri(URI.create(path)).exchange();
		assertThat(result).hasStatus(status).hasContentTypeCompatibleWith(MediaType.APPLICATION_PROBLEM_JSON);
		return result;
	}

}
