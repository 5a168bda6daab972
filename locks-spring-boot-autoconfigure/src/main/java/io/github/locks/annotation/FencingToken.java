package io.github.locks.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a parameter, a {@code long} or {@code Long}, of a method with a lock annotation:
 * the method gets the {@linkplain io.github.locks.LockHandle#fencingToken() fencing
 * token} of its lock there, whatever the caller passed. Without a lock, because a
 * condition was false, it gets 0.
 * <p>
 * A store that refuses writes with smaller tokens than the largest it saw is safe from
 * holders that lost their lock and do not know it.
 */
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface FencingToken {

	/**
	 * Which lock, as its annotation writes the resource. Needed only where the method has
	 * several locks of which not exactly one is distributed.
	 * @return the resource as written, such as <code>orders:#{#id}</code>
	 */
	String value() default "";

}
