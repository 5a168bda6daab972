package io.github.locks.sample;

import java.util.List;

/**
 * Something the agents can do.
 *
 * @param id the key of the skill
 * @param name what it is called
 * @param steps how it is done
 */
public record Skill(String id, String name, List<String> steps) {

	public Skill {
		steps = List.copyOf(steps);
	}

}
