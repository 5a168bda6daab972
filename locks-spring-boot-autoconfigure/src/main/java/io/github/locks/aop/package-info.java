/**
 * The advisor that takes the locks of annotated methods.
 */
@NullMarked
package io.github.locks.aop;

import org.jspecify.annotations.NullMarked;
