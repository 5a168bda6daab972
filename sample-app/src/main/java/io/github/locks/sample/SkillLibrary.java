package io.github.locks.sample;

import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

import io.github.locks.Locks;
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
		save(skills);
		return created;
	}

	/**
	 * Removes a skill.
	 * @param id the key of the skill
	 * @return {@code false} if there was none
	 */
	@DistributedLock("skills:file")
	public boolean remove(String id) {
		TreeMap<String, Skill> skills = this.file.read();
		boolean existed = (skills.remove(id) != null);
		if (existed) {
			save(skills);
		}
		return existed;
	}

	// Fails without the lock: a method above was called past the proxy
	private void save(TreeMap<String, Skill> skills) {
		Locks.current("skills:file");
		this.file.write(skills);
	}

	public Optional<Skill> find(String id) {
		return Optional.ofNullable(this.file.read().get(id));
	}

	public List<Skill> all() {
		return List.copyOf(this.file.read().values());
	}

}
