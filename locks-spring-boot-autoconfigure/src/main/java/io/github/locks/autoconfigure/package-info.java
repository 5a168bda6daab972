/**
 * Auto-configuration for Spring Boot.
 */
@NullMarked
package io.github.locks.autoconfigure;

import org.jspecify.annotations.NullMarked;
