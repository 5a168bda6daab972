package io.github.locks.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Runs a program in a JVM of its own, which prints what it measures.
 */
final class Fork implements Callable<List<Measurement>> {

	private static final String MARK = "measured\t";

	private final List<String> command = new ArrayList<>();

	/**
	 * Prepares a fork.
	 * @param program a class with a main method that calls {@link #print}
	 * @param jvmOptions options of its JVM
	 * @param args arguments of its main method
	 */
	Fork(Class<?> program, List<String> jvmOptions, Object... args) {
		this.command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		if (Runtime.version().feature() >= 24) {
			// JMH's Blackhole makes the JVM warn.
			this.command.add("--sun-misc-unsafe-memory-access=allow");
		}
		this.command.addAll(jvmOptions);
		this.command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
		for (Object arg : args) {
			this.command.add(String.valueOf(arg));
		}
	}

	/** Called by the program. */
	static void print(String metric, double value) {
		System.out.println(MARK + metric + "\t" + value);
	}

	@Override
	public List<Measurement> call() throws IOException, InterruptedException {
		Process process = new ProcessBuilder(this.command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
		List<Measurement> measurements = new ArrayList<>();
		try (BufferedReader output = process.inputReader()) {
			for (String line = output.readLine(); line != null; line = output.readLine()) {
				if (line.startsWith(MARK)) {
					String[] parts = line.substring(MARK.length()).split("\t");
					measurements.add(new Measurement(parts[0], Double.parseDouble(parts[1])));
				}
			}
		}
		finally {
			process.destroy();
		}
		if (process.waitFor() != 0 || measurements.isEmpty()) {
			throw new IllegalStateException("This failed, see above: " + String.join(" ", this.command));
		}
		return measurements;
	}

}
