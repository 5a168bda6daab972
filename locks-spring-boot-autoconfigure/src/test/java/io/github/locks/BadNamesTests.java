package io.github.locks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.locks.support.DefaultLockManager;
import io.github.locks.support.ResourceSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Names that somebody made up to do harm, through all of the API and on a real lock
 * directory. The numbers are the rows of {@code docs/bad-input.md}.
 */
@Timeout(60)
class BadNamesTests {

	@TempDir
	private Path temporary;

	private DefaultLockManager locks;

	@BeforeEach
	void open() {
		this.locks = manager();
	}

	@AfterEach
	void close() {
		this.locks.close();
	}

	static Stream<Row> refused() {
		return Stream.of(new Row(1, (String) null), new Row(2, ""), new Row(3, " "), new Row(3, "\u2003\u2003"),
				new Row(4, "\t\n"), new Row(14, "a\0b"), new Row(14, "\0"), new Row(18, "\ud83d"),
				new Row(19, "a\ud83d"), new Row(19, "a\ud83e"), new Row(19, "a\udc00"), new Row(22, "x".repeat(513)),
				new Row(22, "\u20ac".repeat(513)), new Row(22, "\ud83d\ude00".repeat(513)),
				new Row(23, "x".repeat(10_000_000)));
	}

	@ParameterizedTest(name = "row {0}")
	@MethodSource("refused")
	void nameIsRefusedWhereverItIsGiven(Row row) throws Exception {
		String name = row.names()[0];
		entries().forEach((entry, call) -> assertThatExceptionOfType(InvalidLockNameException.class).as(entry)
			.isThrownBy(() -> call.accept(name))
			.withMessageStartingWith("The name of a lock")
			.satisfies((ex) -> assertThat(ex.getMessage()).hasSizeLessThan(500)
				.doesNotContainPattern("[\\p{Cntrl}\\p{Cs}]")));
		assertThat(this.locks.getLockStatus()).isEmpty();
		assertThat(this.locks.getStatistics()).isEmpty();
		assertThat(lockFiles()).isEmpty();
	}

	static Stream<Row> accepted() {
		return Stream.of(new Row(5, "a", "a ", " a", "a\t"), new Row(6, "a", "A"), new Row(7, "\u00e9", "e\u0301"),
				new Row(8, "\u00df", "SS", "ss", "\u0131", "I", "i", "\u0130"), new Row(9, "../../etc/passwd"),
				new Row(10, "/etc/passwd"), new Row(11, "..", "."), new Row(12, "..\\..\\x"),
				new Row(13, "a/b", "a//b", "a/./b", "a/b/"), new Row(15, "a\r\nb", "a\nb", "ab"),
				new Row(16, "\u001b[31mred", "red"), new Row(17, "\u202Eevil", "evil"),
				new Row(20, "\uFEFFa", "a", "a\u200bb", "ab"), new Row(21, "x".repeat(255)),
				new Row(22, "x".repeat(512), "x".repeat(511), "\u20ac".repeat(512), "\ud83d\ude00".repeat(512)),
				new Row(25, "x".repeat(255) + "1", "x".repeat(255) + "2"), new Row(26, "Aa", "BB"),
				new Row(27, "CON", "nul", "a:b", "a", "a.", "a.."),
				new Row(28, ".guard", ".seq", "x.lock", "x.owner", "x"),
				new Row(29, "lock:{x}", "lock:{y}", "a}b{c", "{}", "{", "}"), new Row(30, "foo", "foo:fence"),
				new Row(31, "foo", "foo:readers", "foo:queue"), new Row(32, "*", "?", "x[1]*", "x1", "x", "%", "_"),
				new Row(33, "'; DROP TABLE locks;--"), new Row(34, "]] redis.call('FLUSHALL') --"),
				new Row(35, "a\r\nFLUSHALL\r\n", "a"), new Row(36, "${user.home}", System.getProperty("user.home")),
				new Row(37, "#{T(java.lang.Runtime).getRuntime().exec('true')}", "#{1 + 1}", "2"),
				new Row(38, "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>",
						"</script><svg onload=alert(1)>"),
				new Row(39, "{{7*7}}", "${7*7}", "[[${7*7}]]", "49"),
				new Row(40, "a\n\ndata: {\"x\":1}\nevent: close", "a"), new Row(41, "${jndi:ldap://127.0.0.1:9/a}"),
				new Row(42, "=cmd|' /C calc'!A0"), new Row(43, "a\",\"b\":1", "a"),
				new Row(44, "%00", "%2e%2e%2f", "../", "a%2fb", "a/b"));
	}

	@ParameterizedTest(name = "row {0}")
	@MethodSource("accepted")
	void namesAreLocksOfTheirOwn(Row row) throws Exception {
		for (LockType type : LockType.values()) {
			List<LockHandle> held = new ArrayList<>();
			for (String name : row.names()) {
				held.add(this.locks.acquire(request(type, name).build()));
			}
			assertThat(held).extracting(LockHandle::resource).containsExactly(row.names());
			assertThat(this.locks.getLockStatus()).extracting(ResourceStatus::resourceName)
				.containsExactlyInAnyOrder(row.names());
			for (String name : row.names()) {
				assertThat(this.locks.tryAcquire(stranger(type, name))).isEmpty();
			}
			held.forEach(LockHandle::close);
			for (String name : row.names()) {
				assertThat(this.locks.tryAcquire(stranger(type, name))).get()
					.satisfies((handle) -> handle.close())
					.satisfies((handle) -> assertThat(handle.isLost()).isFalse());
			}
		}
		assertThat(this.locks.getStatistics()).extracting(ResourceStatistics::resourceName)
			.containsExactlyInAnyOrder(row.names());
		assertThat(this.locks.getLockStatus()).isEmpty();
	}

	@ParameterizedTest(name = "row {0}")
	@MethodSource("accepted")
	void namesAreFilesOfTheirOwnInTheDirectory(Row row) throws Exception {
		List<LockHandle> held = new ArrayList<>();
		try (DefaultLockManager other = manager()) {
			for (String name : row.names()) {
				held.add(this.locks.distributedLock(name, Duration.ZERO));
				assertThat(other.tryAcquire(LockRequest.distributed(name).build())).isEmpty();
			}
			assertThat(lockFiles()).hasSize(row.names().length);
			try (Stream<Path> files = Files.walk(this.temporary)) {
				assertThat(files.filter((file) -> !Files.isDirectory(file))
					.map((file) -> this.temporary.relativize(file).toString()))
					.allMatch((file) -> file.matches(
							"locks/(\\.guard|\\.seq|[0-9a-f]{64}\\.lock|[0-9a-f]{16}\\.alive|[0-9a-f]{16}-[0-9a-f]{16}\\.picture)"));
			}
			held.forEach(LockHandle::close);
			for (String name : row.names()) {
				other.distributedLock(name, Duration.ofSeconds(10)).close();
			}
		}
		assertThat(lockFiles()).isEmpty();
	}

	@ParameterizedTest(name = "row {0}")
	@MethodSource("accepted")
	@ExtendWith(OutputCaptureExtension.class)
	void namesCannotBreakOrDisguiseMessages(Row row, CapturedOutput output) {
		for (String name : row.names()) {
			LockHandle held = this.locks.acquire(request(LockType.WRITE, name).build());
			assertThatExceptionOfType(LockTimeoutException.class)
				.isThrownBy(() -> this.locks.writeLock(name, Duration.ZERO))
				.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContainPattern("[\\p{Cntrl}\\p{Cf}]"))
				.satisfies((ex) -> assertThat(ex.resource()).isEqualTo(name));
			assertThat(held.toString()).doesNotContainPattern("[\\p{Cntrl}\\p{Cf}]").hasSizeLessThan(400);
			assertThat(LockRequest.read(name).build().toString()).doesNotContainPattern("[\\p{Cntrl}\\p{Cf}]");
		}
		this.locks.close();
		String logged = output.toString();
		assertThat(logged).contains("Closing while locks are held");
		assertThat(logged.substring(logged.indexOf("Closing while locks are held")).strip())
			.doesNotContainPattern("[\\p{Cntrl}\\p{Cf}]");
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void tenMegabytesAreRefusedAtOnceWithoutBeingLogged(CapturedOutput output) {
		String name = "y".repeat(10_000_000);
		entries().forEach((entry, call) -> {
			long fastest = Long.MAX_VALUE;
			for (int i = 0; i < 5; i++) {
				long start = System.nanoTime();
				assertThatExceptionOfType(InvalidLockNameException.class).isThrownBy(() -> call.accept(name));
				fastest = Math.min(fastest, System.nanoTime() - start);
			}
			assertThat(Duration.ofNanos(fastest)).as(entry).isLessThan(Duration.ofSeconds(1));
		});
		assertThat(output).doesNotContain("y".repeat(200));
	}

	@Test
	void namesThatShareAHashAreNoSlower() {
		List<String> plain = IntStream.range(0, 10_000)
			.mapToObj((i) -> String.format("plain-name-of-28-chars-%05d", i))
			.toList();
		List<String> colliding = Stream.of("").flatMap((start) -> collisions(start, 14)).limit(10_000).toList();
		assertThat(colliding.stream().map(String::hashCode).distinct()).hasSize(1);
		assertThat(colliding).doesNotHaveDuplicates().hasSameSizeAs(plain);
		long plainNanos = Long.MAX_VALUE;
		long collidingNanos = Long.MAX_VALUE;
		for (int i = 0; i < 5; i++) {
			plainNanos = Math.min(plainNanos, holdAll(plain));
			collidingNanos = Math.min(collidingNanos, holdAll(colliding));
		}
		assertThat((double) collidingNanos / plainNanos).isLessThan(10);
	}

	@Test
	void expressionsInNamesAreNotEvaluated() throws Exception {
		Path marker = this.temporary.resolve("marker");
		exercise("#{T(java.lang.Runtime).getRuntime().exec('touch " + marker + "')}");
		exercise("${T(java.lang.Runtime).getRuntime().exec('touch " + marker + "')}");
		exercise("$(touch " + marker + ")");
		exercise("`touch " + marker + "`");
		assertThat(marker).doesNotExist();
	}

	@Test
	void lookupsInNamesOpenNoConnection() throws Exception {
		try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			exercise("${jndi:ldap://127.0.0.1:" + server.getLocalPort() + "/a}");
			exercise("${${lower:j}ndi:rmi://127.0.0.1:" + server.getLocalPort() + "/a}");
			server.setSoTimeout(200);
			assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(server::accept);
		}
	}

	/** Everything that writes the name somewhere: status, messages, records, the log. */
	private void exercise(String name) {
		for (LockType type : LockType.values()) {
			LockHandle held = this.locks.acquire(request(type, name).build());
			assertThat(held.resource()).isEqualTo(name);
			assertThatExceptionOfType(LockTimeoutException.class)
				.isThrownBy(() -> this.locks.acquire(stranger(type, name)));
			assertThat(this.locks.getLockStatus(name)).isNotEmpty();
			if (type != LockType.DISTRIBUTED) {
				held.close();
			}
		}
		this.locks.close();
		this.locks = manager();
	}

	private Map<String, Consumer<String>> entries() {
		Map<String, Consumer<String>> entries = new LinkedHashMap<>();
		entries.put("readLock", (name) -> this.locks.readLock(name));
		entries.put("readLock with timeout", (name) -> this.locks.readLock(name, Duration.ZERO));
		entries.put("writeLock", (name) -> this.locks.writeLock(name));
		entries.put("writeLock with timeout", (name) -> this.locks.writeLock(name, Duration.ZERO));
		entries.put("distributedLock", (name) -> this.locks.distributedLock(name));
		entries.put("distributedLock with timeout", (name) -> this.locks.distributedLock(name, Duration.ZERO));
		for (LockType type : LockType.values()) {
			entries.put(type + " request", (name) -> LockRequest.of(type, name));
		}
		entries.put("lock", (name) -> this.locks.lock(name));
		entries.put("readWriteLock", (name) -> this.locks.readWriteLock(name));
		entries.put("getStatistics", (name) -> this.locks.getStatistics(name));
		entries.put("getLockStatus", (name) -> this.locks.getLockStatus(name));
		entries.put("resetStatistics", (name) -> this.locks.resetStatistics(name));
		entries.put("builder", (name) -> DefaultLockManager.builder().resource(name, ResourceSettings.DEFAULTS));
		entries.put("current", Locks::current);
		return entries;
	}

	private long holdAll(List<String> names) {
		try (DefaultLockManager fresh = DefaultLockManager.builder().statistics(false).build()) {
			List<LockHandle> held = new ArrayList<>();
			long start = System.nanoTime();
			for (String name : names) {
				held.add(fresh.writeLock(name, Duration.ZERO));
			}
			held.forEach(LockHandle::close);
			return System.nanoTime() - start;
		}
	}

	private static Stream<String> collisions(String start, int pairs) {
		return (pairs == 0) ? Stream.of(start)
				: Stream.of("Aa", "BB").flatMap((pair) -> collisions(start + pair, pairs - 1));
	}

	private DefaultLockManager manager() {
		return DefaultLockManager.builder()
			.directory(this.temporary.resolve("locks"))
			.shutdownTimeout(Duration.ZERO)
			.build();
	}

	private List<Path> lockFiles() throws IOException {
		try (Stream<Path> files = Files.list(this.temporary.resolve("locks"))) {
			return files.filter((file) -> file.toString().endsWith(".lock")).toList();
		}
	}

	private static LockRequest.Builder request(LockType type, String name) {
		return LockRequest.of(type, name).owner(LockOwner.create("holder")).timeout(Duration.ZERO);
	}

	/** Asks for what the holder excludes. */
	private static LockRequest stranger(LockType type, String name) {
		return request((type == LockType.READ) ? LockType.WRITE : type, name).build();
	}

	/**
	 * A row of the table.
	 *
	 * @param number of the row
	 * @param names of locks
	 */
	record Row(int number, String... names) {

		@Override
		public String toString() {
			String first = this.names[0];
			return this.number + ((first != null) ? " " + LockNames.quote(first) : "");
		}

	}

}
