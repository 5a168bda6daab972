/**
 * Meters for Micrometer.
 */
@NullMarked
package io.github.locks.metrics;

import org.jspecify.annotations.NullMarked;
