package io.github.locks.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of {@link ContentionProbe}.
 */
@ExtendWith(OutputCaptureExtension.class)
class ContentionProbeTests {

	@TempDir
	private Path directory;

	private Path file;

	@BeforeEach
	void create() throws IOException {
		this.file = Files.createFile(this.directory.resolve("file"));
	}

	@Test
	void anotherProcessReallyTries() throws IOException {
		assertThat(ContentionProbe.probe(this.file)).isEqualTo(ProbingProcess.LOCKED);
		assertThat(ContentionProbe.probe(this.directory.resolve("missing"))).isEqualTo(ProbingProcess.FAILED);
		try (FileChannel channel = FileChannel.open(this.file, StandardOpenOption.WRITE);
				FileLock lock = channel.lock()) {
			assertThat(ContentionProbe.probe(this.file)).isEqualTo(ProbingProcess.REFUSED);
			assertThat(lock.isValid()).isTrue();
		}
	}

	@Test
	void knownFileSystemIsNotTried(CapturedOutput output) throws IOException {
		ContentionProbe.check("ext4", this.directory, this.file);
		ContentionProbe.check("NTFS", this.directory, this.file);
		assertThat(output).isEmpty();
	}

	@Test
	void fileSystemThatKeepsNoLocksIsRefused() {
		assertThatExceptionOfType(IOException.class)
			.isThrownBy(() -> ContentionProbe.check("strange", this.directory, this.file))
			.withMessageContaining("'strange'")
			.withMessageContaining("local file system");
	}

	@Test
	void fileSystemOfSeveralMachinesIsWarnedOf(CapturedOutput output) throws IOException {
		try (FileChannel channel = FileChannel.open(this.file, StandardOpenOption.WRITE);
				FileLock lock = channel.lock()) {
			ContentionProbe.check("nfs4", this.directory, this.file);
			assertThat(lock.isValid()).isTrue();
		}
		assertThat(output).contains("'nfs4'").contains(this.directory.toString());
	}

	@Test
	void whatCannotBeFoundOutIsWarnedOf(CapturedOutput output) throws IOException {
		ContentionProbe.check("strange", this.directory, this.directory.resolve("missing"));
		assertThat(output).contains("could not be found out");
	}

}
