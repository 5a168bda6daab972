/**
 * Distributed locks that run out if they are not renewed, whatever server keeps them: the
 * part that is the same for all.
 */
@NullMarked
package io.github.locks.lease;

import org.jspecify.annotations.NullMarked;
