package io.github.locks.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link JsonFile}.
 */
@Timeout(30)
class JsonFileTests {

	@TempDir
	Path directory;

	private Path path;

	private JsonFile<List<String>> file;

	@BeforeEach
	void createFile() {
		this.path = this.directory.resolve("memory/list.json");
		this.file = new JsonFile<>(this.path, JsonMapper.shared(), new TypeReference<>() {
		}, List::of);
	}

	@Test
	void readWhenFileIsMissingReturnsInitialValueAndCreatesNothing() {
		assertThat(this.file.read()).isEmpty();
		assertThat(this.directory).isEmptyDirectory();
	}

	@Test
	void readReturnsWhatWasWrittenLast() {
		this.file.write(List.of("first", "much longer than the second"));
		this.file.write(List.of("läuft", "日本", "😀", "\ud800"));
		assertThat(this.file.read()).containsExactly("läuft", "日本", "😀", "\ud800");
	}

	@Test
	void writeLeavesNoTemporaryFile() throws IOException {
		this.file.write(List.of("a"));
		assertThat(filesInFolder()).containsExactly("list.json");
	}

	@Test
	void writeReplacesWhatKilledWriterLeftBehind() throws IOException {
		this.file.write(List.of("a"));
		Files.writeString(this.path.resolveSibling("list.json.tmp"), "[\"half of a much longer te");
		assertThat(this.file.read()).containsExactly("a");
		this.file.write(List.of("b"));
		assertThat(this.file.read()).containsExactly("b");
		assertThat(filesInFolder()).containsExactly("list.json");
	}

	@Test
	void writeWhenValueCannotBeWrittenKeepsOldValue() throws IOException {
		this.file.write(List.of("a"));
		List<String> unreadable = mock((call) -> {
			throw new IllegalStateException();
		});
		assertThatIllegalStateException().isThrownBy(() -> this.file.write(unreadable));
		assertThat(this.file.read()).containsExactly("a");
		assertThat(filesInFolder()).containsExactly("list.json");
	}

	@Test
	void readWhenFileIsDamagedFails() throws IOException {
		this.file.write(List.of("a"));
		Files.writeString(this.path, "[\"a\"");
		assertThatExceptionOfType(JacksonException.class).isThrownBy(this.file::read);
	}

	@Test
	void readDuringWritesSeesWholeValues() {
		List<String> one = List.of("x".repeat(50_000));
		List<String> other = List.of("y");
		this.file.write(one);
		AtomicBoolean stopped = new AtomicBoolean();
		CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> {
			while (!stopped.get()) {
				assertThat(this.file.read()).isIn(one, other);
			}
		});
		for (int i = 0; i < 200 && !reader.isDone(); i++) {
			this.file.write((i % 2 == 0) ? other : one);
		}
		stopped.set(true);
		reader.join();
	}

	private List<String> filesInFolder() throws IOException {
		try (Stream<Path> files = Files.list(this.path.getParent())) {
			return files.map(Path::getFileName).map(Path::toString).sorted().toList();
		}
	}

}
