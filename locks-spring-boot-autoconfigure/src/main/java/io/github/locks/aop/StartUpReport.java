package io.github.locks.aop;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.locks.aop.LockAdvisor.Validation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Reports what is found out about annotations at start-up: stops the start, logs, or says
 * nothing, as the validation demands. Safe for use by several threads.
 */
final class StartUpReport {

	private static final Log logger = LogFactory.getLog(LockAdvisor.class);

	private final Validation validation;

	private final Set<String> logged = ConcurrentHashMap.newKeySet();

	StartUpReport(Validation validation) {
		this.validation = validation;
	}

	/**
	 * Whether anything is reported at all.
	 */
	boolean isOn() {
		return this.validation != Validation.OFF;
	}

	/**
	 * Reports something that can never work.
	 * @param outcome what becomes of it if the start goes on
	 * @throws InvalidLockAnnotationException if it is to stop the start
	 */
	void impossible(InvalidLockAnnotationException problem, String outcome) {
		report(problem, outcome, this.validation == Validation.FAIL || this.validation == Validation.STRICT);
	}

	/**
	 * Reports something that may be a mistake.
	 * @throws InvalidLockAnnotationException if it is to stop the start
	 */
	void doubtful(InvalidLockAnnotationException problem) {
		report(problem, "", this.validation == Validation.STRICT);
	}

	/**
	 * Reports something that works, but hardly as meant. Never stops the start.
	 */
	void warn(InvalidLockAnnotationException problem) {
		report(problem, "", false);
	}

	private void report(InvalidLockAnnotationException problem, String outcome, boolean fail) {
		if (fail) {
			throw problem;
		}
		if (isOn() && this.logged.add(problem.problem())) {
			logger.warn(problem.getMessage() + outcome);
		}
	}

}
