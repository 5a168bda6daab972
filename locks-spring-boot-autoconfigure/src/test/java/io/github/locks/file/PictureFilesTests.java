package io.github.locks.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.locks.LockType;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.ProcessPicture;
import io.github.locks.spi.ProcessPicture.Hold;
import io.github.locks.spi.ProcessPicture.Wait;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link PictureFiles}, through the backend that uses them.
 */
@Timeout(60)
class PictureFilesTests {

	private static final Instant SINCE = Instant.parse("2026-11-26T12:00:00.123456789Z");

	@TempDir
	private Path temp;

	private Path directory;

	private FileLockBackend backend;

	@BeforeEach
	void open() {
		this.directory = this.temp.resolve("locks");
		this.backend = FileLockBackend.open(this.directory);
	}

	@AfterEach
	void close() {
		this.backend.close();
	}

	@Test
	void whatIsPublishedIsRead() {
		ProcessPicture picture = picture("0000000000000001");
		this.backend.publish(picture);
		assertThat(this.backend.pictures()).containsExactly(picture);
		try (FileLockBackend other = FileLockBackend.open(this.directory)) {
			ProcessPicture second = picture("0000000000000002");
			other.publish(second);
			assertThat(this.backend.pictures()).containsExactlyInAnyOrder(picture, second);
			assertThat(other.inspect("a\r\nb")).hasValueSatisfying((holder) -> {
				assertThat(holder.owner()).isEqualTo("agent\n7");
				assertThat(holder.since()).isEqualTo(SINCE);
			});
		}
		assertThat(this.backend.pictures()).containsExactly(picture);
	}

	@Test
	void emptyPictureTakesTheFileAway() throws IOException {
		this.backend.publish(picture("0000000000000001"));
		assertThat(files()).anyMatch((name) -> name.endsWith(".picture"));
		this.backend.publish(new ProcessPicture("0000000000000001", "1@host", 2, List.of(), List.of()));
		assertThat(files()).noneMatch((name) -> name.endsWith(".picture"));
	}

	@Test
	void shorterPictureIsReadWithoutTheRestOfALongerOne() {
		ProcessPicture longer = picture("0000000000000001");
		ProcessPicture shorter = new ProcessPicture(longer.id(), longer.process(), 8, longer.holds(), List.of());
		this.backend.publish(longer);
		this.backend.publish(shorter);
		assertThat(this.backend.pictures()).containsExactly(shorter);
		this.backend.publish(longer);
		assertThat(this.backend.pictures()).containsExactly(longer);
	}

	@Test
	void pictureThatSomebodyRemovedIsMadeAnew() throws IOException {
		ProcessPicture picture = picture("0000000000000001");
		this.backend.publish(picture);
		for (String name : files()) {
			if (name.endsWith(".picture")) {
				Files.delete(this.directory.resolve(name));
			}
		}
		this.backend.publish(picture);
		assertThat(this.backend.pictures()).containsExactly(picture);
	}

	@Test
	void pictureThatIsJustBeingWrittenIsLeftOut() throws IOException {
		this.backend.publish(picture("0000000000000001"));
		Path file = this.directory
			.resolve(files().stream().filter((name) -> name.endsWith(".picture")).findFirst().orElseThrow());
		byte[] bytes = Files.readAllBytes(file);
		bytes[bytes.length / 2]++;
		Files.write(file, bytes);
		assertThat(this.backend.pictures()).isEmpty();
	}

	@Test
	void nothingIsLeftAfterClose() throws IOException {
		this.backend.publish(picture("0000000000000001"));
		this.backend.close();
		assertThat(files()).containsExactlyInAnyOrder(".guard", ".seq");
	}

	@Test
	void picturesOfTheDeadAreNotShownAndSwept() throws Exception {
		Path output = Files.createTempFile(this.temp, "holder", ".txt");
		Process holder = HoldingProcess.start(output, "hold", this.directory.toString(), "a");
		Awaitility.await().until(() -> this.backend.inspect("a").isPresent());
		assertThat(this.backend.inspect("a").orElseThrow().process()).startsWith(holder.pid() + "@");
		holder.destroyForcibly().waitFor();
		assertThat(this.backend.pictures()).isEmpty();
		List<CompletableFuture<Boolean>> looks = IntStream.range(0, 4)
			.mapToObj((i) -> CompletableFuture.supplyAsync(
					() -> IntStream.range(0, 1000).allMatch((j) -> this.backend.pictures().isEmpty()),
					(task) -> new Thread(task).start()))
			.toList();
		assertThat(looks).as("whoever else looks").allMatch(CompletableFuture::join);
		List<String> left = files().stream().filter((name) -> !name.startsWith(".")).toList();
		assertThat(left).anyMatch((name) -> name.endsWith(".picture")).anyMatch((name) -> name.endsWith(".alive"));
		for (String name : left) {
			Files.setLastModifiedTime(this.directory.resolve(name), FileTime.from(Instant.now().minusSeconds(60)));
		}
		try (FileLockBackend sweeping = FileLockBackend.open(this.directory)) {
			Awaitility.await()
				.untilAsserted(() -> assertThat(files()).filteredOn((name) -> name.endsWith(".alive")).hasSize(1));
			assertThat(files()).noneMatch((name) -> name.endsWith(".picture"));
		}
	}

	@Test
	void signOfLifeThatSomebodyRemovedIsPutBack() throws Exception {
		Files.delete(this.directory.resolve(signOfLife()));
		Awaitility.await().until(() -> {
			this.backend.tryAcquire(new LeaseRequest("a", LockType.DISTRIBUTED, "owner", null, Instant.now()))
				.ifPresent(this.backend::release);
			return files().stream().anyMatch((name) -> name.endsWith(".alive"));
		});
	}

	private String signOfLife() throws IOException {
		return files().stream().filter((name) -> name.endsWith(".alive")).findFirst().orElseThrow();
	}

	@Test
	@EnabledOnOs({ OS.LINUX, OS.MAC })
	void whatIsNoPictureHarmsNobody() throws Exception {
		String jvm = signOfLife().substring(0, 16);
		Path victim = Files.writeString(this.temp.resolve("victim"), "precious");
		Files.createSymbolicLink(this.directory.resolve(jvm + "-00000000000000a1.picture"), victim);
		Files.createDirectory(this.directory.resolve(jvm + "-00000000000000a2.picture"));
		Files.createLink(this.directory.resolve(jvm + "-00000000000000a3.picture"), victim);
		Files.write(this.directory.resolve(jvm + "-00000000000000a4.picture"), new byte[2_000_000]);
		Files.write(this.directory.resolve(jvm + "-00000000000000a5.picture"), new byte[] { 0x6c, 0x70, 0, 1, 0, 9 });
		Files.write(this.directory.resolve(jvm + "-00000000000000a6.picture"), new byte[] { 1, 2, 3 });
		Files.createFile(this.directory.resolve(jvm + "-00000000000000a7.picture"));
		assertThat(new ProcessBuilder("mkfifo", this.directory.resolve(jvm + "-00000000000000a8.picture").toString())
			.start()
			.waitFor()).isZero();
		assertThat(new ProcessBuilder("mkfifo", this.directory.resolve("00000000000000f1.alive").toString()).start()
			.waitFor()).isZero();
		Files.write(this.directory.resolve("00000000000000f1-00000000000000a9.picture"), new byte[] { 1 });
		ProcessPicture picture = picture("0000000000000001");
		this.backend.publish(picture);
		assertThat(this.backend.pictures()).containsExactly(picture);
		assertThat(victim).hasContent("precious");
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void lookingDropsNoLock() throws Exception {
		Lease lease = this.backend.tryAcquire(new LeaseRequest("a", LockType.DISTRIBUTED, "owner", null, Instant.now()))
			.orElseThrow();
		try (FileLockBackend other = FileLockBackend.open(this.directory)) {
			other.publish(picture("0000000000000001"));
			String locks = locksOfThisProcess();
			assertThat(locks).contains("WRITE");
			assertThat(this.backend.pictures()).isNotEmpty();
			assertThat(other.pictures()).isNotEmpty();
			assertThat(locksOfThisProcess()).isEqualTo(locks);
		}
		this.backend.release(lease);
	}

	private static String locksOfThisProcess() throws IOException {
		String pid = " " + ProcessHandle.current().pid() + " ";
		return Files.readAllLines(Path.of("/proc/locks"))
			.stream()
			.filter((line) -> line.contains(pid))
			.map((line) -> line.substring(line.indexOf(':')))
			.sorted()
			.reduce("", String::concat);
	}

	private List<String> files() throws IOException {
		try (Stream<Path> files = Files.list(this.directory)) {
			return files.map((file) -> file.getFileName().toString()).toList();
		}
	}

	private static ProcessPicture picture(String id) {
		return new ProcessPicture(id, "4711@host", 7,
				List.of(new Hold("a\r\nb", LockType.DISTRIBUTED, "agent\n7", 1, null, SINCE, 42)),
				List.of(new Wait(2, "\u00fc", LockType.READ, true, true, "reader", List.of(3L, 4L), List.of(),
						"Store.find", SINCE.plus(Duration.ofMillis(1)), 1, List.of("a\r\nb"))));
	}

}
