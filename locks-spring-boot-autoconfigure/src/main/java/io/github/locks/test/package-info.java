/**
 * Support for tests of applications that use locks. Not for use in production.
 */
@NullMarked
package io.github.locks.test;

import org.jspecify.annotations.NullMarked;
