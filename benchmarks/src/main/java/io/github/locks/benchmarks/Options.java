package io.github.locks.benchmarks;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * What to measure, and how long.
 *
 * @param groups names of the groups to run; empty for all
 * @param match which jobs of the groups to run; baselines always do
 * @param quick whether to have a quick look only
 * @param forks how often to measure everything, each time in new JVMs
 * @param markdown where to write the tables to, or {@code null} for the console only
 * @param redis host and port of a Redis, or {@code null} to start one
 * @param postgres JDBC URL of a PostgreSQL, or {@code null} to start one
 */
record Options(Set<String> groups, Pattern match, boolean quick, int forks, @Nullable Path markdown,
		@Nullable String redis, @Nullable String postgres) {

	static final String USAGE = """
			Usage: java -jar benchmarks/target/benchmarks.jar [option...] [group...]

			Groups: uncontended contended annotated memory deadlock files redis sql (default: all)
			  --quick            one fork, short iterations: shows that it runs, proves nothing
			  --forks N          how many rounds, each in new JVMs (default: 5)
			  --match REGEX      only rows with a match in 'table: row', and those they are compared with
			  --markdown FILE    also write the tables to a file
			  --redis HOST:PORT  a Redis that runs already (default: one is started)
			  --postgres URL     JDBC URL of a PostgreSQL that runs already (default: one is started)
			  --help             print this
			""";

	static Options parse(String... args) {
		Deque<String> rest = new ArrayDeque<>(Arrays.asList(args));
		Set<String> groups = new LinkedHashSet<>();
		Pattern match = Pattern.compile("");
		boolean quick = false;
		int forks = 0;
		Path markdown = null;
		String redis = null;
		String postgres = null;
		while (!rest.isEmpty()) {
			String arg = rest.remove();
			try {
				switch (arg) {
					case "--quick" -> quick = true;
					case "--forks" -> forks = Integer.parseInt(rest.remove());
					case "--match" -> match = Pattern.compile(rest.remove());
					case "--markdown" -> markdown = Path.of(rest.remove());
					case "--redis" -> redis = rest.remove();
					case "--postgres" -> postgres = rest.remove();
					default -> groups.add(group(arg));
				}
			}
			catch (NoSuchElementException | NumberFormatException ex) {
				throw new IllegalArgumentException("'" + arg + "' needs a value of another kind", ex);
			}
		}
		return new Options(groups, match, quick, (forks > 0) ? forks : quick ? 1 : 5, markdown, redis, postgres);
	}

	private static String group(String arg) {
		if (arg.startsWith("-")) {
			throw new IllegalArgumentException("There is no option '" + arg + "'");
		}
		return arg;
	}

	/** Those of the jobs that match, and the baselines of their tables. */
	List<Job> select(List<Job> jobs) {
		Set<String> sections = jobs.stream().filter(this::matches).map(Job::section).collect(Collectors.toSet());
		return jobs.stream()
			.filter((job) -> matches(job) || (sections.contains(job.section()) && Report.isBaseline(job)))
			.toList();
	}

	private boolean matches(Job job) {
		return this.match.matcher(job.toString()).find();
	}

}
