package io.github.locks.sample;

import java.util.List;
import java.util.concurrent.CompletableFuture;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;

import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/**
 * Episodes over HTTP.
 */
@RestController
@RequestMapping("/episodes")
class EpisodeController {

	private final EpisodeStore episodes;

	private final EpisodeSearch search;

	EpisodeController(EpisodeStore episodes, EpisodeSearch search) {
		this.episodes = episodes;
		this.search = search;
	}

	@PostMapping
	ResponseEntity<Episode> add(@Valid @RequestBody NewEpisode request) {
		Episode episode = this.episodes.add(request.agent(), request.content());
		return ResponseEntity
			.created(ServletUriComponentsBuilder.fromCurrentRequest().path("/{id}").build(episode.id()))
			.body(episode);
	}

	@GetMapping("/{id}")
	Episode find(@PathVariable long id) {
		return this.episodes.find(id)
			.orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no episode " + id));
	}

	@GetMapping
	List<Episode> byAgent(@RequestParam String agent) {
		return this.episodes.byAgent(agent);
	}

	@GetMapping("/search")
	CompletableFuture<List<Episode>> search(@RequestParam @NotBlank @Size(max = 1000) String text) {
		return this.search.search(text);
	}

	/**
	 * An episode to store.
	 */
	record NewEpisode(@NotBlank @Size(max = 100) String agent, @NotBlank @Size(max = 100_000) String content) {
	}

}
