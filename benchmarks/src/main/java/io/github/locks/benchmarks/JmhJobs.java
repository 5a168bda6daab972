package io.github.locks.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * What JMH measures: one fork at a time, so that the peers alternate.
 */
final class JmhJobs {

	private JmhJobs() {
	}

	static List<Job> uncontended(Options options) {
		List<Job> jobs = new ArrayList<>();
		for (String method : List.of("read", "write")) {
			for (Peer peer : Peer.values()) {
				jobs.add(job(options, "Uncontended " + method + " lock", UncontendedBenchmark.class, method, peer));
			}
		}
		return jobs;
	}

	static List<Job> annotated(Options options) {
		return Arrays.stream(AnnotatedCall.values())
			.map((call) -> job(options, "Call of a bean", AnnotatedCallBenchmark.class, "call", call))
			.toList();
	}

	/** A job for a benchmark whose only parameter is named 'subject'. */
	private static Job job(Options options, String section, Class<?> benchmark, String method, Enum<?> subject) {
		ChainedOptionsBuilder builder = new OptionsBuilder().include(benchmark.getName() + "\\." + method + "$")
			.param("subject", subject.name())
			.forks(1)
			.verbosity(VerboseMode.SILENT)
			.shouldFailOnError(true);
		if (options.quick()) {
			builder.warmupIterations(3)
				.warmupTime(TimeValue.milliseconds(500))
				.measurementIterations(3)
				.measurementTime(TimeValue.milliseconds(500));
		}
		return new Job(section, subject.toString(), () -> run(builder.build()));
	}

	private static List<Measurement> run(org.openjdk.jmh.runner.options.Options options) throws RunnerException {
		RunResult result = new Runner(options).runSingle();
		double median = result.getPrimaryResult().getStatistics().getPercentile(50);
		String unit = result.getPrimaryResult().getScoreUnit();
		return List.of(new Measurement(unit, median));
	}

}
