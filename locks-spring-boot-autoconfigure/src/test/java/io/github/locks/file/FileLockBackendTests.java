package io.github.locks.file;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.locks.LockType;
import io.github.locks.LockBackendException;
import io.github.locks.LockHandle;
import io.github.locks.LockHolder;
import io.github.locks.LockInterruptedException;
import io.github.locks.LockManagerClosedException;
import io.github.locks.LockNames;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.spi.Lease;
import io.github.locks.spi.LeaseRequest;
import io.github.locks.spi.LockBackend;
import io.github.locks.support.DefaultLockManager;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of {@link FileLockBackend} inside one JVM.
 */
@Timeout(60)
class FileLockBackendTests {

	@TempDir
	private Path temp;

	@Test
	void leaseIsExclusiveAndItsTokensGrow() {
		try (FileLockBackend backend = FileLockBackend.open(this.temp.resolve("locks"))) {
			Lease first = backend.tryAcquire(request("a")).orElseThrow();
			assertThat(backend.tryAcquire(request("a"))).isEmpty();
			Lease other = backend.tryAcquire(request("b")).orElseThrow();
			assertThat(backend.renew(first)).isTrue();
			backend.release(first);
			backend.release(first);
			Lease second = backend.tryAcquire(request("a")).orElseThrow();
			assertThat(second.fencingToken()).isGreaterThan(first.fencingToken());
			backend.release(second);
			backend.release(other);
			Awaitility.await().until(() -> lockFiles().isEmpty());
		}
	}

	@Test
	void tokensGrowWhenTheClockStandsStillOrTheCounterIsAhead() throws Exception {
		Path directory = this.temp.resolve("locks");
		long ahead;
		try (FileLockBackend backend = FileLockBackend.open(directory)) {
			ahead = token(backend) + Duration.ofHours(1).toNanos() / 1000;
		}
		Files.write(directory.resolve(".seq"), java.nio.ByteBuffer.allocate(Long.BYTES).putLong(ahead).array());
		try (FileLockBackend backend = FileLockBackend.open(directory)) {
			assertThat(token(backend)).isEqualTo(ahead + 1);
			assertThat(token(backend)).isEqualTo(ahead + 2);
		}
	}

	@Test
	void twoManagersInOneJvmExcludeEachOther() throws Exception {
		Path directory = this.temp.resolve("locks");
		try (DefaultLockManager one = DefaultLockManager.builder().directory(directory).build();
				DefaultLockManager two = DefaultLockManager.builder().directory(directory).build()) {
			LockHandle held = one.distributedLock("a");
			assertThatExceptionOfType(LockTimeoutException.class)
				.isThrownBy(() -> two.distributedLock("a", Duration.ofMillis(100)))
				.withMessageContaining("held by");
			assertThat(isLockedForOthers()).isTrue();
			CompletableFuture<LockHandle> waiting = two.acquireAsync(LockRequest.distributed("a").build());
			held.close();
			waiting.get().close();
		}
		assertThat(lockFiles()).isEmpty();
	}

	@Test
	void twoClassLoadersInOneJvmExcludeEachOther() throws Exception {
		Path directory = this.temp.resolve("locks");
		List<URL> classPath = new ArrayList<>();
		for (String entry : System.getProperty("java.class.path").split(java.io.File.pathSeparator)) {
			classPath.add(Path.of(entry).toUri().toURL());
		}
		int rounds = 300;
		int[] counter = new int[1];
		AtomicInteger inside = new AtomicInteger();
		Runnable section = () -> {
			assertThat(inside.incrementAndGet()).isOne();
			counter[0]++;
			inside.decrementAndGet();
		};
		List<CompletableFuture<Void>> loops = new ArrayList<>();
		List<URLClassLoader> loaders = new ArrayList<>();
		for (int i = 0; i < 2; i++) {
			URLClassLoader loader = new URLClassLoader(classPath.toArray(URL[]::new),
					ClassLoader.getPlatformClassLoader());
			loaders.add(loader);
			Class<?> user = loader.loadClass(LockingLoop.class.getName());
			assertThat(user).isNotSameAs(LockingLoop.class);
			for (int thread = 0; thread < 2; thread++) {
				loops.add(CompletableFuture.runAsync(() -> {
					try {
						user.getMethod("run", Path.class, int.class, Runnable.class)
							.invoke(null, directory, rounds, section);
					}
					catch (ReflectiveOperationException ex) {
						throw new IllegalStateException(ex);
					}
				}, (task) -> new Thread(task).start()));
			}
		}
		CompletableFuture.allOf(loops.toArray(CompletableFuture[]::new)).get();
		assertThat(counter[0]).isEqualTo(4 * rounds);
		for (URLClassLoader loader : loaders) {
			loader.close();
		}
		assertThat(lockFiles()).isEmpty();
	}

	@Test
	void interruptedWaitersDoNotDisturbTheHolder() throws Exception {
		Path directory = this.temp.resolve("locks");
		try (DefaultLockManager holding = DefaultLockManager.builder().directory(directory).build();
				DefaultLockManager waiting = DefaultLockManager.builder().directory(directory).build();
				LockHandle held = holding.distributedLock("a")) {
			for (int i = 0; i < 200; i++) {
				CompletableFuture<Throwable> failure = new CompletableFuture<>();
				Thread waiter = new Thread(() -> {
					try {
						waiting.distributedLock("a").close();
					}
					catch (LockInterruptedException ex) {
						failure.complete(ex);
					}
				});
				waiter.start();
				if (i % 2 == 0) {
					Awaitility.await()
						.pollInterval(Duration.ofMillis(1))
						.until(() -> !waiting.getLockStatus("a").isEmpty());
				}
				waiter.interrupt();
				assertThat(failure.get()).isInstanceOf(LockInterruptedException.class);
			}
			assertThat(isLockedForOthers()).isTrue();
			assertThat(held.isHeld()).isTrue();
		}
	}

	@Test
	void releaseByAnInterruptedThreadWorks() throws Exception {
		try (FileLockBackend backend = FileLockBackend.open(this.temp.resolve("locks"))) {
			for (int i = 0; i < 10; i++) {
				Thread.currentThread().interrupt();
				Lease lease = backend.tryAcquire(request("a")).orElseThrow();
				assertThat(backend.renew(lease)).isTrue();
				assertThat(backend.inspect("a")).isEmpty();
				backend.release(lease);
				assertThat(Thread.interrupted()).isTrue();
			}
			Awaitility.await().until(() -> lockFiles().isEmpty());
		}
	}

	@Test
	void filesLeftByACrashAreSwept() throws Exception {
		Path directory = Files.createDirectories(this.temp.resolve("locks"));
		for (int i = 0; i < 100; i++) {
			Path file = Files.createFile(directory.resolve(fileOf("r" + i) + ".lock"));
			age(file);
		}
		try (FileLockBackend backend = FileLockBackend.open(directory)) {
			Awaitility.await().untilAsserted(() -> assertThat(lockFiles()).isEmpty());
			assertThat(backend.tryAcquire(request("r1"))).isPresent();
		}
	}

	@Test
	void filesOfOthersAreNeverSwept() throws Exception {
		Path directory = Files.createDirectories(this.temp.resolve("locks"));
		for (String name : List.of("poetry.lock", "yarn.lock", "system.owner", "x".repeat(64) + ".lock", "x.alive")) {
			age(Files.createFile(directory.resolve(name)));
		}
		age(Files.createFile(directory.resolve(fileOf("ours") + ".lock")));
		age(Files.createDirectory(directory.resolve(fileOf("odd") + ".lock")));
		age(Files.createFile(directory.resolve("0123456789abcdef.alive")));
		age(Files.createFile(directory.resolve("0123456789abcdef-0123456789abcdef.picture")));
		try (FileLockBackend backend = FileLockBackend.open(directory)) {
			Awaitility.await().untilAsserted(() -> {
				assertThat(directory.resolve(fileOf("ours") + ".lock")).doesNotExist();
				assertThat(directory.resolve("0123456789abcdef.alive")).doesNotExist();
				assertThat(directory.resolve("0123456789abcdef-0123456789abcdef.picture")).doesNotExist();
			});
			assertThat(directory.resolve("poetry.lock")).exists();
			assertThat(directory.resolve("yarn.lock")).exists();
			assertThat(directory.resolve("system.owner")).exists();
			assertThat(directory.resolve("x.alive")).exists();
			assertThat(directory.resolve("x".repeat(64) + ".lock")).exists();
			assertThat(backend.tryAcquire(request("a"))).isPresent();
		}
	}

	@Test
	void removedPermanentFilesAreMadeAnewAndTokensGoOnGrowing() throws Exception {
		Path directory = this.temp.resolve("locks");
		try (FileLockBackend backend = FileLockBackend.open(directory)) {
			long last = token(backend);
			Files.delete(directory.resolve(".guard"));
			Files.delete(directory.resolve(".seq"));
			Awaitility.await().until(() -> {
				Optional<Lease> lease = backend.tryAcquire(request("a"));
				lease.ifPresent(backend::release);
				return lease.isPresent() && lease.get().fencingToken() > last;
			});
			assertThat(directory.resolve(".guard")).exists();
			assertThat(directory.resolve(".seq")).hasSize(SharedPage.SIZE);
		}
	}

	@Test
	void interruptedThreadMakesThePermanentFilesAnew() throws Exception {
		Path directory = this.temp.resolve("locks");
		try (FileLockBackend backend = FileLockBackend.open(directory)) {
			Lease lease = backend.tryAcquire(request("a")).orElseThrow();
			Files.delete(directory.resolve(".guard"));
			Thread.currentThread().interrupt();
			backend.release(lease);
			assertThat(Thread.interrupted()).isTrue();
			Awaitility.await().until(() -> backend.tryAcquire(request("b")).isPresent());
			assertThat(directory.resolve(".guard")).exists();
		}
	}

	@Test
	void releaseAfterCloseHarmsNobodyElse() {
		Path directory = this.temp.resolve("locks");
		try (FileLockBackend other = FileLockBackend.open(directory)) {
			FileLockBackend backend = FileLockBackend.open(directory);
			Lease lease = backend.tryAcquire(request("a")).orElseThrow();
			backend.close();
			backend.release(lease);
			assertThat(other.tryAcquire(request("a"))).isPresent();
			assertThat(other.tryAcquire(request("b"))).isPresent();
		}
	}

	@Test
	void movedDirectoryLosesItsLocks() throws Exception {
		Path directory = this.temp.resolve("locks");
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory).build()) {
			LockHandle held = locks.distributedLock("a");
			Files.move(directory, this.temp.resolve("moved"));
			Files.createDirectory(directory);
			Awaitility.await().until(() -> !held.isHeld());
			assertThatExceptionOfType(LockBackendException.class).isThrownBy(() -> locks.distributedLock("b"))
				.withMessageContaining("restart the application");
			held.close();
		}
	}

	@Test
	void linkInThePlaceOfTheDirectoryIsNotFollowedToAnotherOne() throws Exception {
		Path directory = this.temp.resolve("locks");
		Path moved = this.temp.resolve("moved");
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory).build()) {
			LockHandle held = locks.distributedLock("a");
			Files.move(directory, moved);
			Files.createSymbolicLink(directory, Files.createDirectory(this.temp.resolve("other")));
			Awaitility.await().until(() -> !held.isHeld());
			assertThatExceptionOfType(LockBackendException.class).isThrownBy(() -> locks.distributedLock("b"))
				.withMessageContaining("removed or replaced");
			assertThat(this.temp.resolve("other")).isEmptyDirectory();
			held.close();
			Files.delete(directory);
			Files.move(moved, directory);
			locks.distributedLock("a").close();
		}
	}

	@Test
	void damagedCounterIsATypedError() throws Exception {
		Path directory = this.temp.resolve("locks");
		Files.createDirectories(directory);
		Files.writeString(directory.resolve(".seq"), "abcdefghijkl");
		try (FileLockBackend backend = FileLockBackend.open(directory)) {
			assertThatExceptionOfType(LockBackendException.class).isThrownBy(() -> backend.tryAcquire(request("a")))
				.withMessageContaining("'.seq'");
		}
	}

	@Test
	void leaseThatCannotBeHandedOverStaysAsItIs() throws Exception {
		Path directory = this.temp.resolve("locks");
		try (FileLockBackend backend = FileLockBackend.open(directory)) {
			LeaseRequest request = new LeaseRequest("a", LockType.WRITE, "o", null, Instant.now());
			Lease lease = backend.tryAcquire(request).orElseThrow();
			try (FileChannel sequence = FileChannel.open(directory.resolve(".seq"), StandardOpenOption.WRITE)) {
				sequence.write(ByteBuffer.allocate(Long.BYTES).putLong(Long.MAX_VALUE / 2).flip(), 0);
			}
			LeaseRequest reader = new LeaseRequest("a", LockType.READ, "o", null, Instant.now());
			assertThatExceptionOfType(LockBackendException.class).isThrownBy(() -> backend.handOver(lease, reader))
				.withMessageContaining("the fencing counter is damaged");
			assertThat(backend.renew(lease)).isTrue();
			backend.release(lease);
			assertThat(backend.renew(lease)).isFalse();
		}
	}

	@Test
	void directoryOfAnotherVersionIsRefusedAndLeftAsItIs() throws Exception {
		Path directory = Files.createDirectories(this.temp.resolve("locks"));
		ByteBuffer other = ByteBuffer.allocate(SharedPage.SIZE).putLong(16, 0x4c6f636b73000009L);
		Files.write(directory.resolve(".seq"), other.array());
		assertThatExceptionOfType(LockBackendException.class).isThrownBy(() -> FileLockBackend.open(directory))
			.withMessageContaining("'" + directory + "'")
			.withMessageContaining("layout 4c6f636b73000009")
			.withMessageContaining("give each version a directory of its own");
		assertThat(directory.resolve(".seq")).hasBinaryContent(other.array());
	}

	@Test
	void closedBackendSaysSo() {
		FileLockBackend backend = FileLockBackend.open(this.temp.resolve("locks"));
		backend.close();
		assertThatExceptionOfType(LockBackendException.class).isThrownBy(() -> backend.tryAcquire(request("a")))
			.withMessageContaining("was closed");
		assertThat(backend.inspect("a")).isEmpty();
	}

	@Test
	void closingEndsWhoWaitsForAnotherProcessAtOnce() {
		Path directory = this.temp.resolve("locks");
		try (FileLockBackend elsewhere = FileLockBackend.open(directory)) {
			elsewhere.tryAcquire(request("a")).orElseThrow();
			DefaultLockManager locks = DefaultLockManager.builder().directory(directory).build();
			List<CompletableFuture<LockHandle>> waiting = new ArrayList<>();
			for (int i = 0; i < 5; i++) {
				waiting.add(locks.acquireAsync(LockRequest.distributed("a").build()));
				waiting.add(CompletableFuture.supplyAsync(() -> locks.distributedLock("a")));
			}
			Awaitility.await()
				.until(() -> locks.getStatistics("a").get(0).locks().get("distributed").currentWaiters() >= 6);
			long start = System.nanoTime();
			locks.close();
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
			for (CompletableFuture<LockHandle> future : waiting) {
				assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> future.get(5, TimeUnit.SECONDS))
					.withCauseInstanceOf(LockManagerClosedException.class);
			}
		}
	}

	@Test
	void twoRequestsOfOneOwnerThatBothAskDoNotDelayClose() {
		Path directory = this.temp.resolve("locks");
		try (FileLockBackend elsewhere = FileLockBackend.open(directory)) {
			elsewhere.tryAcquire(request("a")).orElseThrow();
			elsewhere.tryAcquire(request("b")).orElseThrow();
			DefaultLockManager locks = DefaultLockManager.builder().directory(directory).build();
			LockOwner owner = LockOwner.create("both");
			List<CompletableFuture<LockHandle>> both = List.of(
					locks.acquireAsync(LockRequest.distributed("a").owner(owner).build()),
					locks.acquireAsync(LockRequest.distributed("b").owner(owner).build()));
			Awaitility.await()
				.until(() -> locks.getLockStatus()
					.stream()
					.filter((status) -> status.locks().get("distributed").waiters().size() == 1)
					.count() == 2);
			long start = System.nanoTime();
			locks.close();
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
			for (CompletableFuture<LockHandle> future : both) {
				assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> future.get(5, TimeUnit.SECONDS))
					.withCauseInstanceOf(LockManagerClosedException.class);
			}
		}
	}

	@Test
	void failingBackendLeavesNoLocalLockBehind() {
		AtomicInteger calls = new AtomicInteger();
		LockBackend failing = new LockBackend() {

			@Override
			public Optional<Lease> tryAcquire(LeaseRequest request) {
				if (calls.incrementAndGet() == 1) {
					throw new IllegalStateException("broken");
				}
				return Optional.of(new Lease() {

					@Override
					public String resource() {
						return request.resource();
					}

					@Override
					public long fencingToken() {
						return calls.get();
					}

					@Override
					public Duration renewalInterval() {
						return Duration.ofSeconds(1);
					}

				});
			}

			@Override
			public boolean renew(Lease lease) {
				throw new IllegalStateException("broken");
			}

			@Override
			public void release(Lease lease) {
				throw new IllegalStateException("broken");
			}

			@Override
			public Optional<LockHolder> inspect(String resource) {
				return Optional.empty();
			}

		};
		try (DefaultLockManager locks = DefaultLockManager.builder().backend(() -> failing).build()) {
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> locks.distributedLock("a"));
			for (int i = 0; i < 3; i++) {
				locks.acquire(LockRequest.distributed("a").owner(LockOwner.create("o" + i)).build()).close();
			}
			assertThat(locks.getLockStatus()).isEmpty();
		}
	}

	@Test
	void foreignCodeThatLocksALockFileIsReported() throws Exception {
		Path directory = this.temp.resolve("locks");
		try (FileLockBackend backend = FileLockBackend.open(directory)) {
			Path file = directory.resolve(fileOf("a") + ".lock");
			try (java.nio.channels.FileChannel foreign = java.nio.channels.FileChannel.open(file,
					java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.WRITE);
					java.nio.channels.FileLock lock = foreign.lock()) {
				for (int i = 0; i < 3; i++) {
					assertThatExceptionOfType(LockBackendException.class)
						.isThrownBy(() -> backend.tryAcquire(request("a")))
						.withMessageContaining("other code in this JVM");
				}
				assertThat(lock.isValid()).isTrue();
				assertThat(isLockedForOthers()).isTrue();
			}
			backend.release(backend.tryAcquire(request("a")).orElseThrow());
		}
	}

	static Stream<String> hostileNames() {
		return Stream.of("../../etc/passwd", "/etc/passwd", "..", ".", "..\\..\\x", "a/b", "a//b", "a/./b", ".guard",
				".seq", "x.lock", "CON", "nul", "a:b", "a.", "a\r\nb", "\u001b[31mred", "\u202Eevil", "\uFEFFa",
				"a\u200bb", "*", "x[1]*", "?", "lock:{x}", "foo:fence", "${user.home}", "#{T(java.lang.Runtime)}",
				"'; DROP TABLE locks;--", "a}b{c", "{}", "{", "foo", "foo:readers", "foo:queue", "a ", "a", "A",
				"]] redis.call('FLUSHALL') --", "a\r\nFLUSHALL\r\n", "${7*7}", "[[${7*7}]]", "=cmd|' /C calc'!A0",
				"a\n\ndata: {\"x\":1}\nevent: close", "Aa", "BB", "x".repeat(300) + "1", "x".repeat(300) + "2",
				"e\u0301", "\u00e9", "\u00df", "SS", "\u0131", "I", "x".repeat(255),
				"x".repeat(LockNames.MAX_CODE_POINTS));
	}

	@ParameterizedTest
	@MethodSource("hostileNames")
	void namesNeverBecomePaths(String name) throws Exception {
		Path directory = this.temp.resolve("locks");
		try (FileLockBackend backend = FileLockBackend.open(directory)) {
			Lease lease = backend.tryAcquire(request(name)).orElseThrow();
			assertThat(backend.tryAcquire(request(name + "x"))).isPresent();
			try (Stream<Path> files = Files.walk(this.temp)) {
				assertThat(files.filter(Files::isRegularFile).map((file) -> this.temp.relativize(file).toString()))
					.allMatch(
							(file) -> file.matches("locks/(\\.guard|\\.seq|[0-9a-f]{64}\\.lock|[0-9a-f]{16}\\.alive)"));
			}
			backend.release(lease);
		}
	}

	@Test
	void hostileNamesAreAllDistinct() {
		List<String> names = hostileNames().toList();
		assertThat(names.stream().map(FileLockBackendTests::fileOf)).doesNotHaveDuplicates();
	}

	@Test
	void unusableDirectoriesFailAtOnceAndSayWhy() throws Exception {
		Path file = Files.createFile(this.temp.resolve("file"));
		assertUnusable(file, "a file that is not a directory");
		assertUnusable(file.resolve("below"), "a file that is not a directory");
		assertUnusable(Path.of("~", "locks"), "${user.home}");
		assertUnusable(Path.of(""), "no name");
		assertUnusable(this.temp.resolve("x".repeat(300)), "name too long");
		assertUnusable(this.temp.resolve("x/".repeat(3000)), "name too long");
		assertThat(Path.of("~")).doesNotExist();
	}

	@Test
	@EnabledOnOs({ OS.LINUX, OS.MAC })
	void worldWritableDirectoryIsRefusedUnlessSticky() throws Exception {
		Path directory = Files.createDirectories(this.temp.resolve("open"));
		Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
		assertUnusable(directory, "chmod o-w");
		Files.setAttribute(directory, "unix:mode", 01777);
		FileLockBackend.open(directory).close();
	}

	@Test
	void directoriesReachedInOtherWaysAreTheSame() throws Exception {
		Path directory = Files.createDirectories(this.temp.resolve("with space \u00e9"));
		Path link = Files.createSymbolicLink(this.temp.resolve("link"), directory);
		try (FileLockBackend direct = FileLockBackend.open(directory);
				FileLockBackend linked = FileLockBackend.open(link.resolve("../link"))) {
			Lease lease = direct.tryAcquire(request("a")).orElseThrow();
			assertThat(linked.tryAcquire(request("a"))).isEmpty();
			direct.release(lease);
			linked.release(linked.tryAcquire(request("a")).orElseThrow());
		}
	}

	@Test
	void somethingElseInThePlaceOfALockFileIsRefused() throws Exception {
		Path directory = Files.createDirectories(this.temp.resolve("locks"));
		Path victim = this.temp.resolve("victim");
		Files.createSymbolicLink(directory.resolve(fileOf("link") + ".lock"), victim);
		Files.createDirectory(directory.resolve(fileOf("dir") + ".lock"));
		try (FileLockBackend backend = FileLockBackend.open(directory)) {
			for (String name : List.of("link", "dir")) {
				assertThatExceptionOfType(LockBackendException.class)
					.isThrownBy(() -> backend.tryAcquire(request(name)))
					.withMessageContaining("not a regular file")
					.withMessageContaining("'" + name + "'");
			}
			assertThat(victim).doesNotExist();
		}
	}

	@Test
	void removedDirectoryIsATypedError() throws Exception {
		Path directory = this.temp.resolve("locks");
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory).build()) {
			locks.distributedLock("a").close();
			try (Stream<Path> files = Files.list(directory)) {
				for (Path file : files.toList()) {
					Files.delete(file);
				}
			}
			Files.delete(directory);
			Awaitility.await()
				.atMost(Duration.ofSeconds(5))
				.untilAsserted(() -> assertThatExceptionOfType(LockBackendException.class)
					.isThrownBy(() -> locks.distributedLock("a").close())
					.withMessageContaining("removed or replaced while in use")
					.withMessageContaining("locks.directory"));
			assertThat(locks.getLockStatus()).isEmpty();
		}
	}

	@Test
	void fixedLeaseEndsTheHold() throws Exception {
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(this.temp.resolve("locks")).build()) {
			CompletableFuture<Void> lost = new CompletableFuture<>();
			LockHandle held = locks.acquire(LockRequest.distributed("a").lease(Duration.ofMillis(50)).build());
			held.onLost(() -> lost.complete(null));
			lost.get();
			assertThat(held.isHeld()).isFalse();
			Awaitility.await().until(() -> lockFiles().isEmpty());
			assertThat(locks.getStatistics("a").get(0).locks().get("distributed").totalReleases()).isOne();
			held.close();
			locks.distributedLock("a", Duration.ZERO).close();
		}
	}

	@Test
	void nestedAcquisitionsShareTheLease() throws Exception {
		try (DefaultLockManager locks = DefaultLockManager.builder().directory(this.temp.resolve("locks")).build()) {
			LockHandle outer = locks.distributedLock("a");
			LockHandle inner = locks.distributedLock("a");
			assertThat(inner.fencingToken()).isEqualTo(outer.fencingToken());
			outer.close();
			assertThat(isLockedForOthers()).isTrue();
			assertThat(inner.isHeld()).isTrue();
			inner.close();
			Awaitility.await().until(() -> lockFiles().isEmpty());
		}
	}

	@Test
	void closingTheManagerGivesHeldLocksBackAndTellsTheirHolders() throws Exception {
		DefaultLockManager locks = DefaultLockManager.builder()
			.directory(this.temp.resolve("locks"))
			.shutdownTimeout(Duration.ZERO)
			.build();
		LockHandle held = locks.distributedLock("a");
		locks.close();
		assertThat(held.isHeld()).isFalse();
		assertThat(lockFiles()).isEmpty();
		held.close();
	}

	private static void assertUnusable(Path directory, String reason) {
		assertThatExceptionOfType(LockBackendException.class).isThrownBy(() -> FileLockBackend.open(directory))
			.withMessageContaining("'locks.directory'")
			.withMessageContainingAll(reason)
			.satisfies((ex) -> assertThat(ex.getMessage()).hasSizeLessThan(1000));
	}

	private static long token(FileLockBackend backend) {
		Lease lease = backend.tryAcquire(request("a")).orElseThrow();
		backend.release(lease);
		return lease.fencingToken();
	}

	private static void age(Path file) throws IOException {
		Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(60)));
	}

	private static LeaseRequest request(String resource) {
		return new LeaseRequest(resource, LockType.DISTRIBUTED, "tester", null, Instant.now());
	}

	private static String fileOf(String resource) {
		return new LockFileNames().of(resource, LockType.DISTRIBUTED);
	}

	private List<String> lockFiles() throws RuntimeException {
		try (Stream<Path> files = Files.list(this.temp.resolve("locks"))) {
			return files.map((file) -> file.getFileName().toString()).filter((name) -> name.endsWith(".lock")).toList();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Asks the kernel, not this JVM, whether this process has a lock on the one lock
	 * file.
	 */
	private boolean isLockedForOthers() throws IOException {
		Path file = this.temp.resolve("locks").resolve(lockFiles().get(0));
		String inode = ":" + Files.getAttribute(file, "unix:ino") + " ";
		Optional<String> line = Files.readAllLines(Path.of("/proc/locks"))
			.stream()
			.filter((lock) -> lock.contains(inode) && lock.contains(" WRITE " + ProcessHandle.current().pid() + " "))
			.findFirst();
		return line.isPresent();
	}

	/**
	 * Runs with the classes of another class loader.
	 */
	public static final class LockingLoop {

		private LockingLoop() {
		}

		public static void run(Path directory, int rounds, Runnable section) {
			try (DefaultLockManager locks = DefaultLockManager.builder().directory(directory).build()) {
				for (int i = 0; i < rounds; i++) {
					try (LockHandle held = locks.distributedLock("a")) {
						section.run();
					}
				}
			}
		}

	}

}
