package io.github.locks.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application in a process of its own.
 */
final class SampleProcess extends SampleInstance {

	private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

	private final Process process;

	private final Path log;

	private SampleProcess(Process process, Path log) {
		this.process = process;
		this.log = log;
	}

	/**
	 * Starts the classes that this process runs.
	 */
	static SampleProcess start(Path dataDirectory, Path log) throws IOException {
		return start(dataDirectory, log, "-cp", System.getProperty("java.class.path"),
				SampleApplication.class.getName());
	}

	/**
	 * Starts a command line that ends with the application, whose arguments follow.
	 */
	static SampleProcess start(Path dataDirectory, Path log, String... javaArguments) throws IOException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"));
		command.addAll(List.of(javaArguments));
		command.addAll(List.of("--server.port=0", "--sample.data-directory=" + dataDirectory));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
		return new SampleProcess(process, log);
	}

	@Override
	boolean isAlive() {
		return this.process.isAlive();
	}

	@Override
	URI uri() {
		Matcher port = PORT.matcher(log());
		assertThat(port.find()).isTrue();
		return URI.create("http://localhost:" + port.group(1));
	}

	@Override
	String log() {
		try {
			return Files.readString(this.log);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		this.process.destroyForcibly().onExit().join();
	}

}
