/**
 * Distributed locks in an SQL database.
 */
@NullMarked
package io.github.locks.jdbc;

import org.jspecify.annotations.NullMarked;
