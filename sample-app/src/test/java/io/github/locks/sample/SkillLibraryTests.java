package io.github.locks.sample;

import java.nio.file.Path;
import java.util.List;

import io.github.locks.LockHandle;
import io.github.locks.test.AutoConfigureLocks;
import io.github.locks.test.LockProbe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link SkillLibrary} over HTTP: a slice with locks in memory.
 */
@WebMvcTest(controllers = SkillController.class, properties = "locks.resources[skills\\:file].timeout=200ms")
@Import(SkillLibrary.class)
@AutoConfigureLocks
@Timeout(60)
class SkillLibraryTests {

	private static final Skill GREET = new Skill("greet", "Greet", List.of("wave"));

	@TempDir
	static Path directory;

	@Autowired
	MockMvcTester mvc;

	@Autowired
	LockProbe probe;

	@Autowired
	SkillLibrary skills;

	@DynamicPropertySource
	static void properties(DynamicPropertyRegistry registry) {
		registry.add("sample.data-directory", directory::toString);
	}

	@Test
	void deleteRemovesSkill() {
		this.skills.put(GREET);
		assertThat(this.mvc.delete().uri("/skills/greet")).hasStatus(204);
		assertThat(this.skills.find("greet")).isEmpty();
		assertThat(this.mvc.delete().uri("/skills/greet")).hasStatus(404);
	}

	@Test
	void deleteWhileFileIsBusyIsServiceUnavailableButReadingIsNot() {
		this.skills.put(GREET);
		try (LockHandle held = this.probe.holdDistributed("skills:file")) {
			assertThat(this.mvc.delete().uri("/skills/greet")).hasStatus(503).hasHeader("Retry-After", "1");
			assertThat(this.mvc.get().uri("/skills/greet")).hasStatusOk();
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	void putPastTheProxyWritesNothing() {
		SampleProperties properties = new SampleProperties(directory.resolve("other"), "test", 0, 0);
		SkillLibrary unlocked = new SkillLibrary(properties, JsonMapper.shared());
		assertThatIllegalStateException().isThrownBy(() -> unlocked.put(GREET)).withMessageContaining("skills:file");
		assertThat(unlocked.all()).isEmpty();
	}

}
