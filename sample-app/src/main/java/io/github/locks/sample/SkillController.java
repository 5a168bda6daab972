package io.github.locks.sample;

import java.util.List;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * Skills over HTTP.
 */
@RestController
@RequestMapping("/skills")
class SkillController {

	private final SkillLibrary skills;

	SkillController(SkillLibrary skills) {
		this.skills = skills;
	}

	@PutMapping("/{id}")
	ResponseEntity<Skill> put(@PathVariable @NotBlank @Size(max = 100) String id, @Valid @RequestBody SkillBody body) {
		Skill skill = new Skill(id, body.name(), (body.steps() != null) ? body.steps() : List.of());
		boolean created = this.skills.put(skill);
		return ResponseEntity.status(created ? HttpStatus.CREATED : HttpStatus.OK).body(skill);
	}

	@GetMapping("/{id}")
	Skill find(@PathVariable String id) {
		return this.skills.find(id).orElseThrow(() -> noSkill(id));
	}

	@DeleteMapping("/{id}")
	@ResponseStatus(HttpStatus.NO_CONTENT)
	void remove(@PathVariable String id) {
		if (!this.skills.remove(id)) {
			throw noSkill(id);
		}
	}

	private static ResponseStatusException noSkill(String id) {
		return new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no skill '" + id + "'");
	}

	@GetMapping
	List<Skill> all() {
		return this.skills.all();
	}

	/**
	 * A skill to store; its id is in the path.
	 */
	record SkillBody(@NotBlank @Size(max = 1000) String name,
			@Nullable @Size(max = 1000) List<@NotBlank @Size(max = 1000) String> steps) {
	}

}
