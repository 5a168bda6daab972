package io.github.locks.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;

/**
 * A server on a free port of this machine, which is started when it is needed first and
 * ends with this program, or one that runs already.
 */
final class LocalServer {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final Path POSTGRES_DIRECTORIES = Path.of("/usr/lib/postgresql");

	private static final Duration LAST_PATIENCE = Duration.ofSeconds(10);

	/** Those that were started, each with its directory. */
	private static final Map<Process, Path> RUNNING = new ConcurrentHashMap<>();

	private final Starter starter;

	private @Nullable String address;

	private long pid;

	private LocalServer(Starter starter, @Nullable String address) {
		this.starter = starter;
		this.address = address;
	}

	/**
	 * A Redis that keeps everything in memory.
	 * @param running host and port of one that runs already, or {@code null}
	 */
	static LocalServer redis(@Nullable String running) {
		return new LocalServer(LocalServer::startRedis, running);
	}

	/**
	 * A PostgreSQL with its default settings.
	 * @param running the JDBC URL of one that runs already, or {@code null}
	 */
	static LocalServer postgres(@Nullable String running) {
		return new LocalServer(LocalServer::startPostgres, running);
	}

	/** Where the server is. */
	synchronized String address() throws IOException, InterruptedException {
		String known = this.address;
		if (known == null) {
			Path directory = Files.createTempDirectory("locks");
			known = this.starter.start(this, directory, freePort());
			this.address = known;
		}
		return known;
	}

	/** Its process; 0 if it was not started here. */
	synchronized long pid() {
		return this.pid;
	}

	/** What a process and its children have used; 0 if there is none. */
	static long cpuNanos(long pid) {
		return ProcessHandle.of(pid)
			.map((server) -> Stream.concat(Stream.of(server), server.descendants())
				.mapToLong((process) -> process.info().totalCpuDuration().map(Duration::toNanos).orElse(0L))
				.sum())
			.orElse(0L);
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private static String startRedis(LocalServer server, Path directory, int port)
			throws IOException, InterruptedException {
		server.run(directory, port, List.of("redis-server", "--bind", "127.0.0.1", "--port", String.valueOf(port),
				"--save", "", "--appendonly", "no", "--dir", directory.toString()));
		return "127.0.0.1:" + port;
	}

	private static String startPostgres(LocalServer server, Path directory, int port)
			throws IOException, InterruptedException {
		Path programs = postgresPrograms();
		Path data = directory.resolve("data");
		run(directory, asPostgres(directory, List.of(programs.resolve("initdb").toString(), "-D", data.toString(), "-U",
				"locks", "--auth", "trust", "-E", "UTF8", "--locale", "C")));
		server.run(directory, port, asPostgres(directory, List.of(programs.resolve("postgres").toString(), "-D",
				data.toString(), "-p", String.valueOf(port), "-h", "127.0.0.1", "-k", directory.toString())));
		String url = "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=locks";
		SqlPeer.createTables(url);
		return url;
	}

	/** The newest of those that Debian has installed. */
	private static Path postgresPrograms() throws IOException {
		try (Stream<Path> versions = Files.list(POSTGRES_DIRECTORIES)) {
			return versions.map((version) -> version.resolve("bin"))
				.filter((programs) -> Files.isExecutable(programs.resolve("initdb")))
				.max((a, b) -> Integer.compare(version(a), version(b)))
				.orElseThrow(() -> new IllegalStateException(
						"There is no PostgreSQL in " + POSTGRES_DIRECTORIES + ": install it, or use --postgres"));
		}
	}

	private static int version(Path programs) {
		return Integer.parseInt(programs.getName(programs.getNameCount() - 2).toString());
	}

	/** PostgreSQL refuses to run for root. */
	private static List<String> asPostgres(Path directory, List<String> command)
			throws IOException, InterruptedException {
		if (!"root".equals(System.getProperty("user.name"))) {
			return command;
		}
		run(directory, List.of("chown", "postgres", directory.toString()));
		List<String> all = new ArrayList<>(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"));
		all.addAll(command);
		return all;
	}

	private static Process start(Path directory, List<String> command) throws IOException {
		try {
			return new ProcessBuilder(command).directory(directory.toFile())
				.redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.start();
		}
		catch (IOException ex) {
			throw new IOException("Install what is missing, or name a server by an option", ex);
		}
	}

	private static void run(Path directory, List<String> command) throws IOException, InterruptedException {
		if (start(directory, command).waitFor() != 0) {
			throw new IllegalStateException("This failed: " + String.join(" ", command));
		}
	}

	private void run(Path directory, int port, List<String> command) throws IOException, InterruptedException {
		Process process = start(directory, command);
		RUNNING.put(process, directory);
		this.pid = process.pid();
		long start = System.nanoTime();
		while (!isListening(port)) {
			if (!process.isAlive() || System.nanoTime() - start > PATIENCE.toNanos()) {
				throw new IllegalStateException("This does not listen on its port: " + String.join(" ", command));
			}
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
		}
	}

	private static boolean isListening(int port) {
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	/** Whether a process is one of the servers. */
	static boolean isServer(ProcessHandle process) {
		return RUNNING.keySet().stream().anyMatch((server) -> server.pid() == process.pid());
	}

	/** Ends all servers. They have no clients any more. */
	static void endAll() {
		RUNNING.forEach(LocalServer::end);
	}

	private static void end(Process process, Path directory) {
		process.destroy();
		try {
			if (!process.waitFor(LAST_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
				process.descendants().forEach(ProcessHandle::destroyForcibly);
				process.destroyForcibly().waitFor();
			}
			FileSystemUtils.deleteRecursively(directory);
		}
		catch (IOException | InterruptedException ex) {
			System.err.println("Not deleted: " + directory);
		}
	}

	/**
	 * Starts a kind of server.
	 */
	private interface Starter {

		String start(LocalServer server, Path directory, int port) throws IOException, InterruptedException;

	}

}
