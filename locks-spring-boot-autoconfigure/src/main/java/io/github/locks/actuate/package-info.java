/**
 * The Actuator endpoint.
 */
@NullMarked
package io.github.locks.actuate;

import org.jspecify.annotations.NullMarked;
