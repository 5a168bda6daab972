package io.github.locks.benchmarks;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Tables of all that was measured: the median of the forks, the least and the largest,
 * and ratios of medians.
 */
final class Report {

	/** What others in the same table are compared with. */
	private static final List<Baseline> BASELINES = List.of(new Baseline(Peer.RRWL_FAIR, "x fair RRWL", ""),
			new Baseline(Peer.RRWL_NONFAIR, "x nonfair RRWL", "Contended"),
			new Baseline(Peer.MANAGER, "x LockManager", "Uncontended"),
			new Baseline(AnnotatedCall.AROUND, "x @Around", ""),
			new Baseline(AnnotatedCall.AROUND_BOUND, "x bound @Around", ""),
			new Baseline(MemoryBenchmark.BASELINE, "x map of fair RRWL", ""),
			new Baseline(FileLockBenchmark.BASELINE, "x open..close", ""),
			new Baseline(HandOverBenchmark.BASELINE, "x poll", ""), new Baseline(RedisPeer.PING, "x PING", "Redis"),
			new Baseline(RedisPeer.LOCAL, "x without a server", "Redis"),
			new Baseline(RedisPeer.RLOCK, "x RLock", "Redis"),
			new Baseline(RedisPeer.RLOCK_TUNED, "x RLock, tuned", "Redis"),
			new Baseline(RedisPeer.RFAIR, "x RFairLock", "Redis"),
			new Baseline(RedisPeer.REGISTRY_MESSAGES, "x Spring Integration, pub/sub", "Redis"),
			new Baseline(SqlPeer.SELECT, "x select", "PostgreSQL"),
			new Baseline(SqlPeer.REGISTRY, "x Spring Integration", "PostgreSQL"));

	private final Options options;

	/** Values by table, row and metric. */
	private final Map<String, Map<String, Map<String, List<Double>>>> tables = new LinkedHashMap<>();

	Report(Options options) {
		this.options = options;
	}

	static boolean isBaseline(Job job) {
		return BASELINES.stream().anyMatch((baseline) -> baseline.isFor(job.section(), job.subject()));
	}

	void add(Job job, List<Measurement> measurements) {
		Map<String, List<Double>> row = this.tables.computeIfAbsent(job.section(), (key) -> new LinkedHashMap<>())
			.computeIfAbsent(job.subject(), (key) -> new LinkedHashMap<>());
		for (Measurement measurement : measurements) {
			row.computeIfAbsent(measurement.metric(), (key) -> new ArrayList<>()).add(measurement.value());
		}
	}

	String toMarkdown() {
		StringBuilder text = new StringBuilder();
		text.append(LocalDate.now())
			.append(", ")
			.append(System.getProperty("java.vm.name"))
			.append(' ')
			.append(System.getProperty("java.vm.version"))
			.append(", ")
			.append(System.getProperty("os.name"))
			.append(' ')
			.append(System.getProperty("os.arch"))
			.append(", ")
			.append(Runtime.getRuntime().availableProcessors())
			.append(" CPUs, ")
			.append(this.options.forks())
			.append(this.options.forks() == 1 ? " fork" : " forks")
			.append(this.options.quick() ? ". **A quick look: it shows that the programs run, and proves nothing.**\n"
					: ".\n");
		this.tables.forEach((section, rows) -> {
			text.append("\n### ").append(section).append("\n\n");
			appendTable(text, section, rows);
		});
		return text.toString();
	}

	private static void appendTable(StringBuilder text, String section, Map<String, Map<String, List<Double>>> rows) {
		List<String> metrics = rows.values().stream().flatMap((row) -> row.keySet().stream()).distinct().toList();
		List<Baseline> baselines = BASELINES.stream()
			.filter((baseline) -> rows.keySet().stream().anyMatch((subject) -> baseline.isFor(section, subject)))
			.toList();
		List<String> head = new ArrayList<>(List.of("", metrics.get(0), "min..max"));
		baselines.forEach((baseline) -> head.add(baseline.title()));
		head.addAll(metrics.subList(1, metrics.size()));
		appendRow(text, head);
		text.append("|---|").append("---:|".repeat(head.size() - 1)).append('\n');
		rows.forEach((subject, row) -> {
			List<String> cells = new ArrayList<>(List.of(subject));
			List<Double> values = row.getOrDefault(metrics.get(0), List.of());
			cells.add(format(median(values)));
			cells.add(values.isEmpty() ? "" : format(Collections.min(values)) + ".." + format(Collections.max(values)));
			for (Baseline baseline : baselines) {
				List<Double> others = rows.getOrDefault(baseline.subject().toString(), Map.of())
					.getOrDefault(metrics.get(0), List.of());
				cells.add(format(median(values) / median(others)));
			}
			metrics.stream()
				.skip(1)
				.forEach((metric) -> cells.add(format(median(row.getOrDefault(metric, List.of())))));
			appendRow(text, cells);
		});
	}

	private static void appendRow(StringBuilder text, List<String> cells) {
		text.append("| ").append(String.join(" | ", cells)).append(" |\n");
	}

	private static double median(List<Double> values) {
		if (values.isEmpty()) {
			return Double.NaN;
		}
		List<Double> sorted = values.stream().sorted().toList();
		int middle = sorted.size() / 2;
		return (sorted.size() % 2 == 1) ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
	}

	private static String format(double value) {
		if (Double.isNaN(value) || Double.isInfinite(value)) {
			return "";
		}
		double size = Math.abs(value);
		return String.format(Locale.ROOT, (size >= 100) ? "%,.0f" : (size >= 10) ? "%.1f" : "%.2f", value);
	}

	/**
	 * What others are compared with.
	 *
	 * @param subject prints as the name of its row
	 * @param title head of the column with the ratios
	 * @param sections how the titles of its tables begin
	 */
	private record Baseline(Object subject, String title, String sections) {

		boolean isFor(String section, String subject) {
			return section.startsWith(this.sections) && subject.equals(this.subject.toString());
		}

	}

}
