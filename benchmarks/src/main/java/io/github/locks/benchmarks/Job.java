package io.github.locks.benchmarks;

import java.util.List;
import java.util.concurrent.Callable;

/**
 * Something to measure: one row of a table of the report.
 *
 * @param section title of the table
 * @param subject what the row is about
 * @param work measures once, in a JVM of its own; the first measurement is the one that
 * is compared
 */
record Job(String section, String subject, Callable<List<Measurement>> work) {

	@Override
	public String toString() {
		return this.section + ": " + this.subject;
	}

}
