/**
 * Distributed locks in Redis.
 */
@NullMarked
package io.github.locks.redis;

import org.jspecify.annotations.NullMarked;
