/**
 * The memory of a group of agents, shared by several processes through one folder.
 */
@NullMarked
package io.github.locks.sample;

import org.jspecify.annotations.NullMarked;
