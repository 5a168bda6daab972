/**
 * Distributed locks in the memory of one process.
 */
@NullMarked
package io.github.locks.memory;

import org.jspecify.annotations.NullMarked;
