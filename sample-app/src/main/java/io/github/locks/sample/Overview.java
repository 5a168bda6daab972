package io.github.locks.sample;

import java.util.concurrent.CompletableFuture;

import io.github.locks.LockHandle;
import io.github.locks.LockManager;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * How much there is in the memory. The skills and the counter are read at one moment,
 * under both their locks: the annotations lock one resource, the {@link LockManager} any
 * number of them.
 */
@RestController
class Overview {

	private final LockManager locks;

	private final EpisodeStore episodes;

	private final SkillLibrary skills;

	private final SharedCounter counter;

	Overview(LockManager locks, EpisodeStore episodes, SkillLibrary skills, SharedCounter counter) {
		this.locks = locks;
		this.episodes = episodes;
		this.skills = skills;
		this.counter = counter;
	}

	// Whoever takes both locks takes them in this order, so no two can wait for each
	// other
	@GetMapping("/memory")
	@SuppressWarnings("try")
	CompletableFuture<Memory> overview() {
		CompletableFuture<Long> episodeCount = this.episodes.countAsync();
		try (LockHandle skillsFile = this.locks.distributedLock("skills:file");
				LockHandle counterFile = this.locks.distributedLock("counter:file")) {
			int skillCount = this.skills.all().size();
			long value = this.counter.get();
			return episodeCount.thenApply((count) -> new Memory(count, skillCount, value));
		}
	}

	/**
	 * The body of an answer.
	 */
	record Memory(long episodes, long skills, long counter) {
	}

}
