/**
 * The annotations that users put on their methods.
 */
@NullMarked
package io.github.locks.annotation;

import org.jspecify.annotations.NullMarked;
