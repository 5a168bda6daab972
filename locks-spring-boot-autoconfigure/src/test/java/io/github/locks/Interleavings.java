package io.github.locks;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.StressOptions;

/**
 * Runs the operations of a scenario in many interleavings: with Lincheck's model checker,
 * which chooses where threads are switched, and with threads that just run. After each it
 * looks for an order of the operations in which a sequential specification gives the same
 * answers.
 * <p>
 * A scenario is a public class with a public constructor that makes the start state. The
 * system property {@code locks.test.lincheck} tells how often each scenario is run.
 */
public final class Interleavings {

	private static final int INVOCATIONS = Integer.getInteger("locks.test.lincheck", 500);

	/** The model checker takes twenty times as long as threads that just run. */
	private static final int MODEL_CHECKED = INVOCATIONS / 10;

	/** Each iteration deals the operations to the threads anew. */
	private static final int DEALS = 5;

	/** And chooses them anew, where a thread does several. */
	private static final int CHOICES = 25;

	private static final long INVOCATION_TIMEOUT_MILLIS = 120_000;

	private Interleavings() {
	}

	/**
	 * Checks a scenario both ways.
	 * @param scenario the class with the operations
	 * @param specification the same operations, for one thread
	 * @param threads how many threads
	 * @param operations how many operations each thread does
	 */
	public static void check(Class<?> scenario, Class<?> specification, int threads, int operations) {
		modelCheck(scenario, specification, threads, operations, MODEL_CHECKED);
		stress(scenario, specification, threads, operations, INVOCATIONS - MODEL_CHECKED);
	}

	/**
	 * Checks a scenario with threads that just run, because it waits for time or uses
	 * threads of its own.
	 * @param scenario the class with the operations
	 * @param specification the same operations, for one thread
	 * @param threads how many threads
	 * @param operations how many operations each thread does
	 */
	public static void stress(Class<?> scenario, Class<?> specification, int threads, int operations) {
		stress(scenario, specification, threads, operations, INVOCATIONS);
	}

	private static void modelCheck(Class<?> scenario, Class<?> specification, int threads, int operations,
			int invocations) {
		check(new ModelCheckingOptions(), scenario, specification, threads, operations, invocations);
	}

	private static void stress(Class<?> scenario, Class<?> specification, int threads, int operations,
			int invocations) {
		check(new StressOptions(), scenario, specification, threads, operations, invocations);
	}

	private static void check(Options<?, ?> options, Class<?> scenario, Class<?> specification, int threads,
			int operations, int invocations) {
		// Classes are transformed when they are used first, which counts as time of the
		// scenario.
		options.invocationTimeout$lincheck(INVOCATION_TIMEOUT_MILLIS);
		int iterations = (operations > 1) ? CHOICES : DEALS;
		options.iterations(iterations)
			.invocationsPerIteration(Math.max(1, invocations / iterations))
			.threads(threads)
			.actorsPerThread(operations)
			.actorsBefore(0)
			.actorsAfter(0)
			.minimizeFailedScenario(false)
			.sequentialSpecification(specification)
			.check(scenario);
	}

}
