package io.github.locks.file;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.locks.LockBackendException;
import io.github.locks.LockHandle;
import io.github.locks.LockInterruptedException;
import io.github.locks.LockTimeoutException;
import io.github.locks.LockType;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.support.DefaultLockManager;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Crashes, signals and people who touch what they should not.
 * {@code src/test/scripts/faults.sh} runs these tests with larger numbers, and prints
 * their figures.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
@EnabledOnOs(OS.LINUX)
class LockDirectoryFaultTests {

	private static final int KILLS = Integer.getInteger("locks.test.kills", 3);

	private static final int INTERRUPTS = Integer.getInteger("locks.test.interrupts", 200);

	private static final int CYCLES = Integer.getInteger("locks.test.cycles", 500);

	private static final int LEFTOVERS = Integer.getInteger("locks.test.leftovers", 100);

	private static final int TURNS = Integer.getInteger("locks.test.turns", 300);

	@TempDir
	private Path temp;

	private final List<Process> processes = new ArrayList<>();

	@AfterEach
	void endProcesses() throws Exception {
		for (Process process : this.processes) {
			process.destroyForcibly().waitFor();
		}
	}

	@Test
	void lockOfAProcessThatIsKilledAtAnyMomentIsFreeSoon() throws Exception {
		List<Long> nanos = new ArrayList<>();
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory()).build()) {
			for (int i = 0; i < KILLS; i++) {
				Process busy = start("locks", "a", "100000000");
				Awaitility.await().pollInterval(Duration.ofMillis(10)).until(() -> files().contains(lockFile("a")));
				TimeUnit.MICROSECONDS.sleep(ThreadLocalRandom.current().nextLong(20_000));
				busy.destroyForcibly();
				long killed = System.nanoTime();
				locks.distributedLock("a", Duration.ofSeconds(10)).close();
				nanos.add(System.nanoTime() - killed);
				busy.waitFor();
			}
		}
		report("row 1: kill -9, lock free after ms", nanos, 1e6);
		assertThat(nanos).allMatch((time) -> time < Duration.ofMillis(500).toNanos());
	}

	@Test
	void processesThatEndInOtherWaysFreeTheirLocksToo() throws Exception {
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory()).build()) {
			// Not HUP, which is ignored by all children of nohup.
			for (String how : List.of("TERM", "KILL")) {
				Process holder = holder("a");
				assertThat(signal(how, holder)).isZero();
				try (LockHandle held = locks.distributedLock("a", Duration.ofSeconds(10))) {
					assertThat(held.isHeld()).isTrue();
				}
				holder.waitFor();
			}
			Awaitility.await().until(() -> !files().contains(lockFile("a")));
		}
	}

	@Test
	void interruptedWaitersLoseNoLockOfAnybody() throws Exception {
		Process holder = holder("a");
		List<Long> nanos = new ArrayList<>();
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory()).build();
				LockHandle other = locks.distributedLock("b")) {
			for (int i = 0; i < INTERRUPTS; i++) {
				CompletableFuture<Long> failed = new CompletableFuture<>();
				Thread waiter = new Thread(() -> {
					try {
						locks.distributedLock("a").close();
					}
					catch (LockInterruptedException ex) {
						failed.complete(System.nanoTime());
					}
				});
				waiter.start();
				long until = System.nanoTime() + ThreadLocalRandom.current().nextLong(2_000_000);
				while (System.nanoTime() < until) {
					Thread.onSpinWait();
				}
				long interrupted = System.nanoTime();
				waiter.interrupt();
				nanos.add(failed.get(10, TimeUnit.SECONDS) - interrupted);
			}
			assertThat(isLockedBy("a", holder.pid())).isTrue();
			assertThat(isLockedBy("b", ProcessHandle.current().pid())).isTrue();
			assertThat(other.isHeld()).isTrue();
		}
		report("row 26: interrupt to exception, us", nanos, 1e3);
	}

	@Test
	void classLoadersOfSeveralJvmsExcludeEachOther() throws Exception {
		List<Path> outputs = new ArrayList<>();
		for (int i = 0; i < 2; i++) {
			outputs.add(output("loaders", "a", Integer.toString(TURNS)));
		}
		awaitSuccess();
		List<long[]> holds = new ArrayList<>();
		for (Path output : outputs) {
			for (String line : Files.readAllLines(output)) {
				String[] fields = line.split(" ");
				holds.add(new long[] { Long.parseLong(fields[2]), Long.parseLong(fields[3]) });
			}
		}
		assertThat(holds).hasSize(4 * TURNS);
		assertThat(FileLockProcessesTests.overlaps(holds)).isZero();
		System.out.println("row 34: 2 class loaders x 2 JVMs, holds " + holds.size() + ", overlaps 0");
	}

	@Test
	void threadsOnIndependentLocksAreNeverInADeadlock() throws Exception {
		List<Path> outputs = List.of(output("crossed", "a", Integer.toString(TURNS)),
				output("crossed", "b", Integer.toString(TURNS)));
		awaitSuccess();
		for (Path output : outputs) {
			assertThat(output).content().startsWith("done " + 2 * TURNS);
		}
		System.out.println("row 41: 2 processes x 2 threads, locks taken " + 4 * TURNS + ", exceptions 0");
	}

	@Test
	void nothingLeaksWhateverFails() throws Exception {
		Process holder = holder("held");
		Files.createDirectory(directory().resolve(lockFile("odd")));
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory()).build()) {
			cycle(locks, 0);
			awaitRest();
			int descriptors = descriptors();
			int threads = threads();
			for (int i = 0; i < CYCLES; i++) {
				cycle(locks, i);
			}
			awaitRest();
			assertThat(descriptors()).isBetween(descriptors - 2, descriptors + 2);
			assertThat(threads()).isEqualTo(threads).isLessThanOrEqualTo(3);
			System.out.println("rows 40, 48: after " + CYCLES + " cycles with failures descriptors "
					+ (descriptors() - descriptors) + ", threads " + (threads() - threads) + "; own threads at rest "
					+ threads());
		}
		assertThat(holder.isAlive()).isTrue();
	}

	private static void cycle(DefaultLockManager locks, int number) {
		locks.distributedLock("free" + number % 50).close();
		assertThatExceptionOfType(LockTimeoutException.class)
			.isThrownBy(() -> locks.distributedLock("held", Duration.ofMillis(number % 3)));
		if (number % 10 == 0) {
			assertThatExceptionOfType(LockBackendException.class).isThrownBy(() -> locks.distributedLock("odd"));
		}
	}

	/** Files are closed a second after their last use, workers end after ten. */
	private void awaitRest() {
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.until(() -> threads() <= 2 && files().stream().filter((name) -> name.endsWith(".lock")).count() <= 2);
	}

	private static int threads() {
		return (int) Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("locks-"))
			.count();
	}

	private static int descriptors() {
		return Objects.requireNonNull(new File("/proc/self/fd").list()).length;
	}

	@Test
	void whatCrashesHaveLeftIsSwept() throws Exception {
		Files.createDirectories(directory());
		for (int i = 0; i < LEFTOVERS; i++) {
			Path file = Files.createFile(directory().resolve(lockFile("r" + i)));
			Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(60)));
		}
		long start = System.nanoTime();
		try (FileLockBackend backend = FileLockBackend.open(directory())) {
			Awaitility.await()
				.atMost(Duration.ofSeconds(30))
				.until(() -> files().stream().noneMatch((name) -> name.endsWith(".lock")));
			report("row 3: " + LEFTOVERS + " leftovers swept in ms", List.of(System.nanoTime() - start), 1e6);
			assertThat(backend.pictures()).isEmpty();
		}
	}

	@Test
	void newFileInThePlaceOfOneThatWasRemovedIsLeftAlone() throws Exception {
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory()).build()) {
			LockHandle held = locks.distributedLock("a");
			Files.delete(directory().resolve(lockFile("a")));
			long removed = System.nanoTime();
			Process other = holder("a");
			Awaitility.await().pollInterval(Duration.ofMillis(5)).until(held::isLost);
			report("row 36: removal noticed after ms (a JVM was started meanwhile)",
					List.of(System.nanoTime() - removed), 1e6);
			held.close();
			assertThatExceptionOfType(LockTimeoutException.class)
				.isThrownBy(() -> locks.distributedLock("a", Duration.ofSeconds(3)));
			assertThat(isLockedBy("a", other.pid())).isTrue();
		}
	}

	@Test
	void childrenDoNotInheritLocksNorTakeThemAway() throws Exception {
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory()).build();
				LockHandle held = locks.distributedLock("a")) {
			for (int i = 0; i < 20; i++) {
				assertThat(new ProcessBuilder("true").start().waitFor()).isZero();
			}
			assertThat(isLockedBy("a", ProcessHandle.current().pid())).isTrue();
			Process child = new ProcessBuilder("sleep", "60").start();
			this.processes.add(child);
			held.close();
			assertThat(isLockedBy("a", child.pid())).isFalse();
			locks.distributedLock("a", Duration.ZERO).close();
		}
	}

	@Test
	void namesMeanTheSameInAllLanguages() throws Exception {
		String name = "Ünıcode-İI\u00df";
		Path output = Files.createTempFile(this.temp, "turkish", ".txt");
		ProcessBuilder builder = HoldingProcess.builder(List.of("-Duser.language=tr", "-Dfile.encoding=US-ASCII"),
				"hold64", directory().toString(), HoldingProcess.encode(name));
		builder.environment().clear();
		builder.environment().put("LANG", "C");
		this.processes.add(builder.redirectOutput(output.toFile()).start());
		Awaitility.await().until(() -> Files.readString(output).startsWith("holding"));
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory()).build()) {
			assertThatExceptionOfType(LockTimeoutException.class)
				.isThrownBy(() -> locks.distributedLock(name, Duration.ofMillis(500)))
				.withMessageContaining("process " + this.processes.get(0).pid() + "@");
		}
	}

	@Test
	void counterThatWasCutOffIsRepaired() throws Exception {
		try (FileLockBackend backend = FileLockBackend.open(directory())) {
			Lease before = backend.tryAcquire(request("a")).orElseThrow();
			try (FileChannel sequence = FileChannel.open(directory().resolve(".seq"), StandardOpenOption.WRITE)) {
				sequence.truncate(0);
			}
			Awaitility.await().pollDelay(Duration.ofMillis(20)).ignoreExceptions().until(() -> {
				Lease other = backend.tryAcquire(request("b")).orElseThrow();
				backend.release(other);
				return other.fencingToken() > before.fencingToken();
			});
			assertThat(directory().resolve(".seq")).hasSize(SharedPage.SIZE);
			backend.release(before);
			assertThat(backend.tryAcquire(request("a"))).isPresent();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "-Xint", "-Xmixed" })
	void processOutlivesACounterThatIsCutOffInUse(String compiler) throws Exception {
		Files.createDirectories(directory());
		Files.createFile(directory().resolve(".seq"));
		Path output = this.temp.resolve("cut.txt");
		Process process = HoldingProcess.builder(List.of(compiler), "cut", directory().toString())
			.redirectOutput(output.toFile())
			.directory(this.temp.toFile())
			.start();
		this.processes.add(process);
		assertThat(process.waitFor()).isZero();
		assertThat(output).hasContent("alive");
	}

	@Test
	void pipeInThePlaceOfALockFileIsRefusedAtOnce() throws Exception {
		Files.createDirectories(directory());
		String pipe = directory().resolve(lockFile("a")).toString();
		assertThat(new ProcessBuilder("mkfifo", pipe).start().waitFor()).isZero();
		try (FileLockBackend backend = FileLockBackend.open(directory())) {
			long start = System.nanoTime();
			assertThatExceptionOfType(LockBackendException.class).isThrownBy(() -> backend.tryAcquire(request("a")))
				.withMessageContaining("not a regular file");
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
			assertThat(backend.tryAcquire(request("b"))).isPresent();
		}
	}

	private static LeaseRequest request(String resource) {
		return new LeaseRequest(resource, LockType.DISTRIBUTED, "tester", null, Instant.now());
	}

	private static void report(String what, List<Long> nanos, double unit) {
		List<Long> sorted = nanos.stream().sorted().toList();
		System.out.printf("%s: n %d, median %.1f, largest %.1f%n", what, sorted.size(),
				sorted.get(sorted.size() / 2) / unit, sorted.get(sorted.size() - 1) / unit);
	}

	private Path directory() {
		return this.temp.resolve("locks");
	}

	private List<String> files() throws IOException {
		if (Files.notExists(directory())) {
			return List.of();
		}
		try (Stream<Path> files = Files.list(directory())) {
			return files.map((file) -> file.getFileName().toString()).toList();
		}
	}

	private static String lockFile(String resource) {
		return new LockFileNames().of(resource, LockType.DISTRIBUTED) + LockFiles.SUFFIX;
	}

	/** Asks the kernel. */
	private boolean isLockedBy(String resource, long pid) throws IOException {
		String inode = ":" + Files.getAttribute(directory().resolve(lockFile(resource)), "unix:ino") + " ";
		return Files.readAllLines(Path.of("/proc/locks"))
			.stream()
			.anyMatch((line) -> line.contains(inode) && line.contains(" WRITE " + pid + " ") && !line.contains("->"));
	}

	private Process holder(String resource) throws Exception {
		Path output = output("hold", resource);
		Awaitility.await().until(() -> Files.readString(output).startsWith("holding"));
		return this.processes.get(this.processes.size() - 1);
	}

	private Path output(String mode, String... more) throws Exception {
		Path output = Files.createTempFile(this.temp, mode, ".txt");
		List<String> arguments = new ArrayList<>(List.of(mode, directory().toString()));
		arguments.addAll(List.of(more));
		this.processes.add(HoldingProcess.start(output, arguments.toArray(String[]::new)));
		return output;
	}

	private Process start(String mode, String... more) throws Exception {
		output(mode, more);
		return this.processes.get(this.processes.size() - 1);
	}

	private void awaitSuccess() throws Exception {
		for (Process process : this.processes) {
			assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
			assertThat(process.exitValue()).isZero();
		}
	}

	private static int signal(String name, Process process) throws Exception {
		return new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
	}

}
