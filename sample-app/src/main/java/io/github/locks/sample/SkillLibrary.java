package io.github.locks.sample;

import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

import io.github.locks.annotation.DistributedLock;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.stereotype.Service;

/**
 * The skills of all agents, in {@code skills.json}. All instances change the file, so a
 * change is made under a lock that spans processes. A look at the file needs no lock:
 * {@link JsonFile} replaces it as a whole, and to look never waits for who writes.
 */
@Service
public class SkillLibrary {

	private final JsonFile<TreeMap<String, Skill>> file;

	SkillLibrary(SampleProperties properties, JsonMapper mapper) {
		this.file = new JsonFile<>(properties.dataDirectory().resolve("skills.json"), mapper, new TypeReference<>() {
		}, TreeMap::new);
	}

	/**
	 * Adds a skill or replaces it.
	 * @param skill the skill
	 * @return {@code true} if there was none with its id
	 */
	@DistributedLock("skills:file")
	public boolean put(Skill skill) {
		TreeMap<String, Skill> skills = this.file.read();
		boolean created = (skills.put(skill.id(), skill) == null);
		this.file.write(skills);
		return created;
	}

	public Optional<Skill> find(String id) {
		return Optional.ofNullable(this.file.read().get(id));
	}

	public List<Skill> all() {
		return List.copyOf(this.file.read().values());
	}

}
