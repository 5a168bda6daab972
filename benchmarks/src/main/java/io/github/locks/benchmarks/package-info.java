/**
 * Measures the locks and their peers side by side. Start with
 * {@link io.github.locks.benchmarks.Main}.
 */
@NullMarked
package io.github.locks.benchmarks;

import org.jspecify.annotations.NullMarked;
