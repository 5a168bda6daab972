package io.github.locks.sample;

import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * Agents over HTTP. Their names become names of locks, so they are checked here.
 */
@RestController
@RequestMapping("/agents")
class AgentController {

	/** Something to see, and no control character. */
	private static final String NAME = "(?=.*\\S)\\P{Cntrl}+";

	private final Agents agents;

	AgentController(Agents agents) {
		this.agents = agents;
	}

	@GetMapping("/{agent}")
	Agents.Profile profile(@PathVariable @Pattern(regexp = NAME) @Size(max = 100) String agent) {
		return this.agents.profile(agent)
			.orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no agent '" + agent + "'"));
	}

	@DeleteMapping("/{agent}")
	Retired retire(@PathVariable @Pattern(regexp = NAME) @Size(max = 100) String agent,
			@RequestParam(required = false) @Pattern(regexp = NAME) @Size(max = 100) @Nullable String heir) {
		if (agent.equals(heir)) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "An agent cannot be its own heir");
		}
		return new Retired(agent, this.agents.retire(agent, heir));
	}

	/**
	 * The body of an answer.
	 */
	record Retired(String agent, int episodes) {
	}

}
