package io.github.locks.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Measures the locks and their peers, and prints tables with the ratios. A round measures
 * everything once, so that all who are compared have seen the same weather.
 */
public final class Main {

	private static final Map<String, Function<Options, List<Job>>> GROUPS = new LinkedHashMap<>();

	static {
		GROUPS.put("uncontended", JmhJobs::uncontended);
		GROUPS.put("contended", ContendedBenchmark::jobs);
		GROUPS.put("annotated", JmhJobs::annotated);
		GROUPS.put("memory", MemoryBenchmark::jobs);
		GROUPS.put("deadlock", DeadlockBenchmark::jobs);
		GROUPS.put("files", FileLockBenchmark::jobs);
		GROUPS.put("redis", ServerLockBenchmark::redis);
		GROUPS.put("sql", ServerLockBenchmark::sql);
	}

	private Main() {
	}

	/**
	 * Runs the benchmarks.
	 * @param args see {@link Options#USAGE}
	 * @throws Exception if a benchmark fails
	 */
	public static void main(String[] args) throws Exception {
		if (List.of(args).contains("--help")) {
			System.out.print(Options.USAGE);
			return;
		}
		Options options;
		List<Job> jobs;
		try {
			options = Options.parse(args);
			jobs = jobs(options);
			if (jobs.isEmpty()) {
				throw new IllegalArgumentException("Nothing matches '" + options.match() + "'");
			}
		}
		catch (IllegalArgumentException ex) {
			System.err.println(ex.getMessage() + System.lineSeparator());
			System.err.print(Options.USAGE);
			System.exit(2);
			return;
		}
		write(options, run(options, jobs).toMarkdown());
	}

	private static List<Job> jobs(Options options) {
		Set<String> groups = options.groups().isEmpty() ? GROUPS.keySet() : options.groups();
		return groups.stream().flatMap((group) -> {
			Function<Options, List<Job>> jobs = GROUPS.get(group);
			if (jobs == null) {
				throw new IllegalArgumentException("There is no group '" + group + "', only " + GROUPS.keySet());
			}
			return options.select(jobs.apply(options)).stream();
		}).toList();
	}

	private static Report run(Options options, List<Job> jobs) throws Exception {
		Runtime.getRuntime().addShutdownHook(new Thread(Main::endAll));
		Report report = new Report(options);
		for (int round = 1; round <= options.forks(); round++) {
			int number = 0;
			for (Job job : jobs) {
				System.err.printf("round %d of %d, %d of %d: %s%n", round, options.forks(), ++number, jobs.size(), job);
				report.add(job, Objects.requireNonNull(job.work().call()));
			}
		}
		return report;
	}

	/** The servers come last, as the others are their clients. */
	private static void endAll() {
		ProcessHandle.current()
			.children()
			.filter((child) -> !LocalServer.isServer(child))
			.flatMap((child) -> Stream.concat(Stream.of(child), child.descendants()))
			.forEach(ProcessHandle::destroyForcibly);
		LocalServer.endAll();
	}

	private static void write(Options options, String markdown) throws IOException {
		System.out.println(markdown);
		if (options.markdown() != null) {
			Files.writeString(options.markdown(), markdown);
		}
	}

}
