package io.github.locks.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@code locks.directory}: where it can be used the application starts, where
 * it cannot the failure names the property and the value.
 */
@ExtendWith(OutputCaptureExtension.class)
class LockDirectoryPropertyTests {

	@TempDir
	private Path temporary;

	@ParameterizedTest
	@ValueSource(strings = { "locks", "deep/er/locks", "with space", "smörgås-鎖-🔒", ".hidden" })
	void directoryThatCanBeMadeIsMade(String name) {
		Path directory = this.temporary.resolve(name);
		StartUp.with("locks.directory=" + directory).close();
		assertThat(directory).isDirectory();
	}

	@Test
	void relativeDirectoryIsThatOfTheWorkingDirectory() throws IOException {
		Path directory = Files.createTempDirectory(Path.of("target"), "locks");
		assertThat(directory).isRelative();
		assertThatNoException().isThrownBy(() -> StartUp.with("locks.directory=" + directory).close());
	}

	@Test
	void symbolicLinkToADirectoryIsFollowed() throws IOException {
		Path directory = Files.createDirectory(this.temporary.resolve("real"));
		Path link = Files.createSymbolicLink(this.temporary.resolve("link"), directory);
		assertThatNoException().isThrownBy(() -> StartUp.with("locks.directory=" + link).close());
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "   " })
	void blankDirectoryIsRefused(String value, CapturedOutput output) {
		StartUp.fails("locks.directory=" + value);
		assertRefused(value, output);
		assertThat(output).contains("must name a directory");
	}

	@Test
	void fileInPlaceOfTheDirectoryIsRefused(CapturedOutput output) throws IOException {
		Path file = Files.createFile(this.temporary.resolve("file"));
		assertRefused(file.toString(), output);
	}

	@Test
	void fileAmongTheParentsIsRefused(CapturedOutput output) throws IOException {
		Path file = Files.createFile(this.temporary.resolve("file"));
		assertRefused(file.resolve("locks").toString(), output);
	}

	@Test
	void symbolicLinkToAFileIsRefused(CapturedOutput output) throws IOException {
		Path file = Files.createFile(this.temporary.resolve("file"));
		Path link = Files.createSymbolicLink(this.temporary.resolve("link"), file);
		assertRefused(link.toString(), output);
	}

	@Test
	void homeOfTheShellIsRefused(CapturedOutput output) {
		assertRefused("~/x", output);
		assertThat(Path.of("~")).doesNotExist();
	}

	@ParameterizedTest
	@ValueSource(strings = { "${missing}", "${missing}/locks", "target/${missing}" })
	void placeholderWithoutAValueIsRefused(String value, CapturedOutput output) {
		assertRefused(value, output);
		assertThat(output).contains("'${'").contains("'${user.home}/locks'");
		assertThat(Path.of(value)).doesNotExist();
	}

	@Test
	void worldWritableDirectoryIsRefused(CapturedOutput output) throws IOException {
		Path directory = Files.createDirectory(this.temporary.resolve("open"));
		Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
		assertRefused(directory.toString(), output);
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void directoryWhereNothingCanBeMadeIsRefused(CapturedOutput output) {
		assertRefused("/proc/locks-of-nobody", output);
	}

	@Test
	void tooLongPathIsRefused(CapturedOutput output) {
		assertRefused(this.temporary + "/x".repeat(2100), output);
	}

	@Test
	void tooLongNameIsRefused(CapturedOutput output) {
		assertRefused(this.temporary + "/" + "x".repeat(300), output);
	}

	@Test
	void unsetDirectoryIsNotTouchedAtStart() {
		boolean before = Files.exists(Path.of("memory/locks"));
		StartUp.with().close();
		assertThat(Files.exists(Path.of("memory/locks"))).isEqualTo(before);
	}

	@Test
	void distributedLockIsInTheDirectory() {
		Path directory = this.temporary.resolve("locks");
		try (ConfigurableApplicationContext context = StartUp.with("locks.directory=" + directory);
				LockHandle held = context.getBean(LockManager.class).distributedLock("episodes")) {
			assertThat(held.isHeld()).isTrue();
			assertThat(directory).isDirectoryContaining("glob:**.lock");
		}
	}

	private static void assertRefused(String value, CapturedOutput output) {
		StartUp.fails("locks.directory=" + value);
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Invalid value '" + value + "' for configuration property 'locks.directory'")
			.contains("originating from");
	}

}
