/**
 * The wait-for graph over owners, and the search for cycles in it.
 */
@NullMarked
package io.github.locks.deadlock;

import org.jspecify.annotations.NullMarked;
