package io.github.locks.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.core.annotation.AliasFor;

/**
 * Runs the method under the write lock of a resource: one writer, no reader.
 * <p>
 * The lock is held until the work of the method is over: for a future or a reactive
 * return value until that has completed, failed or was cancelled. On a type it applies to
 * all public methods; a method's own annotation wins. May be used as a meta-annotation.
 */
@Target({ ElementType.METHOD, ElementType.TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface WriteLock {

	/**
	 * Alias for {@link #resource()}.
	 * @return the resource
	 */
	@AliasFor("resource")
	String value() default "";

	/**
	 * The resource: literal text with <code>#{SpEL}</code> islands and
	 * <code>${property}</code> placeholders, such as <code>orders:#{#order.id}</code>.
	 * Islands see the arguments as {@code #name} and {@code #a0}, the call as
	 * {@code #root.method}, {@code #root.target} and {@code #root.args}, and beans as
	 * {@code @name}. Evaluated once for a call; a value of {@code null} or nothing is an
	 * error.
	 * @return the resource
	 */
	@AliasFor("value")
	String resource() default "";

	/**
	 * How long to wait for the lock: {@code "5s"}, {@code "PT5S"} or a
	 * <code>${property}</code>. {@code "0"}: do not wait. Default:
	 * {@code locks.resources.<name>.timeout}, else {@code locks.timeout.write}.
	 * @return the timeout
	 */
	String timeout() default "";

	/**
	 * What to do when the lock could not be had in time.
	 * @return the reaction
	 */
	OnFailure onFailure() default OnFailure.THROW;

}
