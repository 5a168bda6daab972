/**
 * The fair read/write lock of one process, over owners instead of threads.
 */
@NullMarked
package io.github.locks.local;

import org.jspecify.annotations.NullMarked;
