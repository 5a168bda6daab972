/**
 * Exclusive locks across processes on one machine, in a directory of lock files.
 */
@NullMarked
package io.github.locks.file;

import org.jspecify.annotations.NullMarked;
