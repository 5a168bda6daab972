package io.github.locks.sample;

import java.util.concurrent.CompletableFuture;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * How much there is in the memory, over HTTP.
 */
@RestController
class Overview {

	private final EpisodeStore episodes;

	private final Snapshots snapshots;

	Overview(EpisodeStore episodes, Snapshots snapshots) {
		this.episodes = episodes;
		this.snapshots = snapshots;
	}

	@GetMapping("/memory")
	CompletableFuture<Memory> overview() {
		CompletableFuture<Long> episodeCount = this.episodes.countAsync();
		Snapshots.Snapshot shared = this.snapshots.take();
		return episodeCount
			.thenApply((count) -> new Memory(count, shared.skills(), shared.counter(), shared.current()));
	}

	/**
	 * The body of an answer.
	 */
	record Memory(long episodes, long skills, long counter, boolean current) {
	}

}
