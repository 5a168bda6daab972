/**
 * The default lock manager: composes the local locks, a backend, statistics and deadlock
 * detection.
 */
@NullMarked
package io.github.locks.support;

import org.jspecify.annotations.NullMarked;
