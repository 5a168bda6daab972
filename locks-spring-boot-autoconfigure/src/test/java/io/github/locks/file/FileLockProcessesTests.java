package io.github.locks.file;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.locks.LockHandle;
import io.github.locks.LockRequest;
import io.github.locks.LockScope;
import io.github.locks.LockTimeoutException;
import io.github.locks.support.DefaultLockManager;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of the lock directory with real processes. {@code -Dlocks.test.processes} and
 * {@code -Dlocks.test.holds} set the load.
 */
@Timeout(300)
class FileLockProcessesTests {

	private static final int PROCESSES = Integer.getInteger("locks.test.processes", 4);

	private static final int HOLDS = Integer.getInteger("locks.test.holds", 500);

	private static final Duration SUSPENDED = Duration.parse(System.getProperty("locks.test.suspended", "PT2S"));

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
	void holdsOfSeveralProcessesNeverOverlapAndLeaveNoFiles() throws Exception {
		List<long[]> holds = run("locks");
		assertThat(holds).hasSize(PROCESSES * HOLDS);
		assertThat(overlaps(holds)).isZero();
		Awaitility.await()
			.atMost(Duration.ofSeconds(5))
			.untilAsserted(() -> assertThat(lockFiles(this.temp.resolve("locks"))).isEmpty());
	}

	@Test
	void theSameHarnessSeesTheOverlapsOfANaiveUnlink() throws Exception {
		assertThat(overlaps(run("naive"))).isPositive();
	}

	@Test
	void lockOfAKilledProcessIsFreeAtOnce() throws Exception {
		Path directory = this.temp.resolve("locks");
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory).build()) {
			long lastToken = 0;
			for (int i = 0; i < 3; i++) {
				Process holder = startHolder(directory);
				assertThatExceptionOfType(LockTimeoutException.class)
					.isThrownBy(() -> locks.distributedLock("a", Duration.ofMillis(300)))
					.withMessageContaining("process " + holder.pid() + "@")
					.withMessageContaining("the timeout given by the caller");
				long killed = System.nanoTime();
				holder.destroyForcibly();
				try (LockHandle held = locks.distributedLock("a", Duration.ofSeconds(5))) {
					assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(Duration.ofSeconds(1));
					assertThat(held.fencingToken()).isGreaterThan(lastToken);
					lastToken = held.fencingToken();
					assertThat(held.previousHolderCrashed()).isTrue();
				}
				try (LockHandle held = locks.distributedLock("a")) {
					assertThat(held.previousHolderCrashed()).isFalse();
				}
			}
			Awaitility.await().until(() -> lockFiles(directory).isEmpty());
		}
	}

	@Test
	void suspendedHolderKeepsItsLock() throws Exception {
		Path directory = this.temp.resolve("locks");
		Process holder = startHolder(directory);
		assertThat(signal("STOP", holder)).isZero();
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory).build()) {
			assertThatExceptionOfType(LockTimeoutException.class)
				.isThrownBy(() -> locks.distributedLock("a", SUSPENDED));
			assertThat(signal("CONT", holder)).isZero();
			holder.getOutputStream().close();
			locks.distributedLock("a", Duration.ofSeconds(10)).close();
		}
	}

	@Test
	void suspendedWaiterKeepsNobodyOut() throws Exception {
		Path directory = this.temp.resolve("locks");
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory).build()) {
			LockHandle held = locks.distributedLock("a");
			Path output = this.temp.resolve("waiter.txt");
			Process waiter = startWaiter(locks, directory, output);
			assertThat(signal("STOP", waiter)).isZero();
			held.close();
			for (int i = 0; i < 3; i++) {
				locks.distributedLock("a", Duration.ofSeconds(5)).close();
			}
			assertThat(signal("CONT", waiter)).isZero();
			Awaitility.await().until(() -> Files.readString(output).startsWith("holding"));
		}
	}

	@Test
	void killedWaiterLeavesNothingBehind() throws Exception {
		Path directory = this.temp.resolve("locks");
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory).build()) {
			LockHandle held = locks.distributedLock("a");
			Process waiter = startWaiter(locks, directory, this.temp.resolve("waiter.txt"));
			waiter.destroyForcibly().waitFor();
			Awaitility.await().until(() -> waiters(locks) == 0);
			held.close();
			try (LockHandle next = locks.distributedLock("a", Duration.ofSeconds(5))) {
				assertThat(next.previousHolderCrashed()).isFalse();
			}
			Awaitility.await().until(() -> lockFiles(directory).isEmpty());
		}
	}

	private Process startWaiter(DefaultLockManager locks, Path directory, Path output) throws Exception {
		Process waiter = HoldingProcess.start(output, "hold", directory.toString(), "a");
		this.processes.add(waiter);
		Awaitility.await().until(() -> waiters(locks) == 1);
		return waiter;
	}

	private static int waiters(DefaultLockManager locks) {
		return locks.getLockStatus("a").get(0).locks().get("distributed").waiters().size();
	}

	@Test
	void removedLockFileIsNoticedByItsHolder() throws Exception {
		Path directory = this.temp.resolve("locks");
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory).build();
				LockHandle held = locks.distributedLock("a")) {
			List<String> lost = new ArrayList<>();
			held.onLost(() -> lost.add("lost"));
			Files.delete(directory.resolve(lockFiles(directory).get(0)));
			Awaitility.await().atMost(Duration.ofSeconds(2)).until(() -> !held.isHeld());
			Awaitility.await().until(() -> lost.equals(List.of("lost")));
			held.onLost(() -> lost.add("late"));
			Awaitility.await().until(() -> lost.contains("late"));
		}
	}

	@Test
	void writerAmongReadersOfOtherProcessesGetsIn() throws Exception {
		Path directory = this.temp.resolve("locks");
		for (int i = 0; i < 4; i++) {
			Path output = this.temp.resolve("reader-" + i + ".txt");
			this.processes.add(HoldingProcess.start(output, "read", directory.toString(), "a"));
			Awaitility.await().until(() -> Files.readString(output).startsWith("reading"));
		}
		LockRequest request = LockRequest.write("a")
			.scope(LockScope.DISTRIBUTED)
			.timeout(Duration.ofSeconds(10))
			.build();
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory).build()) {
			for (int i = 0; i < 20; i++) {
				long start = System.nanoTime();
				locks.acquire(request).close();
				assertThat(Duration.ofNanos(System.nanoTime() - start))
					.isLessThan(HoldingProcess.LONGEST_READ.multipliedBy(2).plusMillis(200));
			}
		}
	}

	@Test
	void deadlockOfTwoProcessesIsReportedByBoth() throws Exception {
		Path directory = this.temp.resolve("locks");
		List<Path> outputs = List.of(this.temp.resolve("ab.txt"), this.temp.resolve("ba.txt"));
		List<Process> both = List.of(HoldingProcess.start(outputs.get(0), "deadlock", directory.toString(), "a", "b"),
				HoldingProcess.start(outputs.get(1), "deadlock", directory.toString(), "b", "a"));
		this.processes.addAll(both);
		for (Path output : outputs) {
			Awaitility.await()
				.atMost(Duration.ofSeconds(20))
				.until(() -> Files.readString(output).contains("deadlock of 2 in"));
			String text = Files.readString(output);
			long millis = Long.parseLong(text.replaceAll("(?s).* in (\\d+) ms.*", "$1"));
			assertThat(Duration.ofMillis(millis)).isLessThan(Duration.ofSeconds(2));
		}
		both.get(0).destroyForcibly().waitFor();
		Awaitility.await().until(() -> Files.readString(outputs.get(1)).contains("gone"));
	}

	@Test
	void deadlockOverLocalAndFileLocksIsBrokenByOneProcessOnly() throws Exception {
		Path directory = this.temp.resolve("locks");
		List<Path> outputs = List.of(this.temp.resolve("ab.txt"), this.temp.resolve("ba.txt"));
		this.processes.add(HoldingProcess.start(outputs.get(0), "break", directory.toString(), "a", "b"));
		this.processes.add(HoldingProcess.start(outputs.get(1), "break", directory.toString(), "b", "a"));
		List<String> results = new ArrayList<>();
		for (int i = 0; i < 2; i++) {
			assertThat(this.processes.get(i).waitFor(30, TimeUnit.SECONDS)).isTrue();
			results.add(Files.readString(outputs.get(i)).strip());
		}
		assertThat(results).containsExactlyInAnyOrder("served", "failed by DeadlockException");
	}

	@Test
	@Timeout(value = 20, unit = TimeUnit.MINUTES)
	void orderedLockingOfThreeProcessesIsNeverReported() throws Exception {
		List<Path> outputs = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			outputs.add(this.temp.resolve("ordered-" + i + ".txt"));
			this.processes.add(HoldingProcess.start(outputs.get(i), "ordered", this.temp.resolve("locks").toString(),
					System.getProperty("locks.test.ordered", "PT4S")));
		}
		for (int i = 0; i < 3; i++) {
			assertThat(this.processes.get(i).waitFor()).isZero();
			assertThat(outputs.get(i)).content().endsWith("reports 0\n").doesNotContain("turns 0");
		}
	}

	private Process startHolder(Path directory) throws Exception {
		Path output = Files.createTempFile(this.temp, "holder", ".txt");
		Process holder = HoldingProcess.start(output, "hold", directory.toString(), "a");
		this.processes.add(holder);
		Awaitility.await().until(() -> Files.readString(output).startsWith("holding"));
		return holder;
	}

	private static int signal(String name, Process process) throws Exception {
		return new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
	}

	private List<long[]> run(String mode) throws Exception {
		Path directory = Files.createDirectories(this.temp.resolve(mode));
		List<Path> outputs = new ArrayList<>();
		for (int i = 0; i < PROCESSES; i++) {
			Path output = this.temp.resolve(mode + "-" + i + ".txt");
			outputs.add(output);
			this.processes.add(HoldingProcess.start(output, mode, directory.toString(), "a", Integer.toString(HOLDS)));
		}
		for (Process process : this.processes) {
			assertThat(process.waitFor(170, TimeUnit.SECONDS)).isTrue();
			assertThat(process.exitValue()).isZero();
		}
		List<long[]> holds = new ArrayList<>();
		for (Path output : outputs) {
			for (String line : Files.readAllLines(output)) {
				String[] fields = line.split(" ");
				holds.add(new long[] { Long.parseLong(fields[2]), Long.parseLong(fields[3]) });
			}
		}
		keepForOtherOracles(outputs);
		return holds;
	}

	private void keepForOtherOracles(List<Path> outputs) throws Exception {
		String keep = System.getProperty("locks.test.keep");
		if (keep != null) {
			for (Path output : outputs) {
				Files.copy(output, Files.createDirectories(Path.of(keep)).resolve(output.getFileName()),
						java.nio.file.StandardCopyOption.REPLACE_EXISTING);
			}
		}
	}

	/** The clock is the same for all processes of a machine. */
	static int overlaps(List<long[]> holds) {
		List<long[]> sorted = new ArrayList<>(holds);
		sorted.sort(Comparator.comparingLong((hold) -> hold[0]));
		int overlaps = 0;
		long latestLeave = Long.MIN_VALUE;
		for (long[] hold : sorted) {
			if (hold[0] < latestLeave) {
				overlaps++;
			}
			latestLeave = Math.max(latestLeave, hold[1]);
		}
		return overlaps;
	}

	private static List<String> lockFiles(Path directory) throws Exception {
		try (Stream<Path> files = Files.list(directory)) {
			return files.map(Path::toFile).map(File::getName).filter((name) -> name.endsWith(".lock")).toList();
		}
	}

}
