/**
 * Recorders of what locks do, and their snapshots.
 */
@NullMarked
package io.github.locks.statistics;

import org.jspecify.annotations.NullMarked;
