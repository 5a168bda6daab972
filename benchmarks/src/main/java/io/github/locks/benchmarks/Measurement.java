package io.github.locks.benchmarks;

/**
 * One number from one fork.
 *
 * @param metric what was measured, with its unit
 * @param value the number
 */
record Measurement(String metric, double value) {
}
