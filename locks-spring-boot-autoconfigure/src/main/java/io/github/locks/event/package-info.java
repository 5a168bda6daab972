/**
 * What an application may listen to with {@code @EventListener}.
 */
@NullMarked
package io.github.locks.event;

import org.jspecify.annotations.NullMarked;
