package io.github.locks.sample;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import io.github.locks.LockStatistics;
import io.github.locks.ResourceStatistics;

/**
 * What there is to tell after the agents worked.
 */
final class AgentReport {

	private AgentReport() {
	}

	static void print(List<Agent> agents, int operations, double seconds, long growth,
			List<ResourceStatistics> statistics) {
		long timeouts = agents.stream().mapToLong(Agent::timeouts).sum();
		print("%d agents, %d operations in %.1f s: %.0f operations/s, %d timeouts", agents.size(), operations, seconds,
				operations / seconds, timeouts);
		print("%-14s %-12s %12s %14s %14s %9s", "resource", "lock", "acquisitions", "avg wait [ms]", "max wait [ms]",
				"timeouts");
		for (ResourceStatistics resource : statistics) {
			resource.locks().forEach((kind, lock) -> print(resource.resourceName(), kind, lock));
		}
		print("counter grew by %d, of these %d by our agents", growth, increments(agents));
	}

	private static void print(String resource, String kind, LockStatistics lock) {
		if (lock.totalAcquisitions() + lock.totalTimeouts() > 0) {
			print("%-14s %-12s %12d %14.2f %14.2f %9d", resource, kind, lock.totalAcquisitions(), lock.avgWaitTimeMs(),
					lock.maxWaitTimeMs(), lock.totalTimeouts());
		}
	}

	private static void print(String format, Object... arguments) {
		System.out.println(String.format(Locale.ROOT, format, arguments));
	}

	/**
	 * Compares the memory with what it acknowledged.
	 * @param agents the agents that worked
	 * @param growth by how much the counter grew meanwhile
	 * @return what is missing, one line each
	 */
	static List<String> findLosses(List<Agent> agents, long growth) {
		List<String> losses = new ArrayList<>();
		long increments = increments(agents);
		if (growth < increments) {
			losses.add("The counter grew by " + growth + ", but our agents counted " + increments);
		}
		agents.forEach((agent) -> losses.addAll(agent.findLosses()));
		return losses;
	}

	private static long increments(List<Agent> agents) {
		return agents.stream().mapToLong(Agent::increments).sum();
	}

}
