/**
 * What a lock backend implements and what listeners receive.
 */
@NullMarked
package io.github.locks.spi;

import org.jspecify.annotations.NullMarked;
