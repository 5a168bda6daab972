/**
 * The page that shows the locks.
 */
@NullMarked
package io.github.locks.dashboard;

import org.jspecify.annotations.NullMarked;
