package io.github.locks.sample;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.github.locks.LockTimeoutException;

/**
 * One agent: works on the memory, and remembers what the memory acknowledged so that it
 * can tell later whether anything was lost. Used by one thread at a time.
 */
final class Agent {

	private final String name;

	private final EpisodeStore episodes;

	private final SkillLibrary skills;

	private final SharedCounter counter;

	private final Map<Long, Episode> ownEpisodes = new HashMap<>();

	private Optional<Skill> ownSkill = Optional.empty();

	private long increments;

	private long timeouts;

	Agent(String name, EpisodeStore episodes, SkillLibrary skills, SharedCounter counter) {
		this.name = name;
		this.episodes = episodes;
		this.skills = skills;
		this.counter = counter;
	}

	/**
	 * Does one operation; which one follows from its number.
	 * @param number number of the operation
	 */
	void act(int number) {
		try {
			switch (number % 6) {
				case 0 -> live(number);
				case 1 -> remember();
				case 2 -> this.episodes.byAgent(this.name);
				case 3 -> learn(number);
				case 4 -> this.skills.find(this.name);
				default -> count();
			}
		}
		catch (LockTimeoutException ex) {
			this.timeouts++; // nothing was done
		}
	}

	private void live(int number) {
		Episode episode = this.episodes.add(this.name, "operation " + number);
		this.ownEpisodes.put(episode.id(), episode);
	}

	private void remember() {
		this.ownEpisodes.keySet().stream().findFirst().ifPresent(this.episodes::find);
	}

	private void learn(int number) {
		Skill skill = new Skill(this.name, "skill of " + this.name, List.of("do operation " + number));
		this.skills.put(skill);
		this.ownSkill = Optional.of(skill);
	}

	private void count() {
		this.counter.increment();
		this.increments++;
	}

	/**
	 * Compares the memory with what it acknowledged.
	 * @return what is missing, one line each
	 */
	List<String> findLosses() {
		List<String> losses = new ArrayList<>();
		List<Episode> stored = this.episodes.byAgent(this.name);
		for (Episode episode : this.ownEpisodes.values()) {
			if (!stored.contains(episode)) {
				losses.add(episode + " is lost");
			}
		}
		this.ownSkill.filter((skill) -> !this.skills.find(skill.id()).equals(this.ownSkill))
			.ifPresent((skill) -> losses.add(skill + " is lost"));
		return losses;
	}

	long increments() {
		return this.increments;
	}

	long timeouts() {
		return this.timeouts;
	}

}
