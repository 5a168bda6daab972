/**
 * The contract of the locks: manager, handle, request, values and exceptions. Depends on
 * nothing but the JDK and JSpecify.
 */
@NullMarked
package io.github.locks;

import org.jspecify.annotations.NullMarked;
