package io.github.locks.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import io.github.locks.LockScope;

import org.springframework.core.annotation.AliasFor;

/**
 * Runs the method under the read lock of a resource: many readers at once, no writer.
 * <p>
 * The lock is held until the work of the method is over: for a future or a reactive
 * return value until that has completed, failed or was cancelled. On a type it applies to
 * all public methods; a method's own annotations win. May be used as a meta-annotation.
 * <p>
 * A method may have several lock annotations, of one kind or of different kinds. Whatever
 * their order in the source, the locks are taken in one order that is the same for all
 * methods, so that these never wait for each other in a circle: distributed locks first,
 * then by name. Each lock is waited for with its own timeout.
 */
@Target({ ElementType.METHOD, ElementType.TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Repeatable(ReadLock.List.class)
public @interface ReadLock {

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
	 * {@code locks.resources.<name>.timeout}, else {@code locks.timeout.read}.
	 * @return the timeout
	 */
	String timeout() default "";

	/**
	 * Whom the lock excludes: others in this process, or in all. Default:
	 * {@code locks.resources.<name>.scope}, else {@code locks.scope}.
	 * @return the scope
	 */
	LockScope scope() default LockScope.CONFIGURED;

	/**
	 * What to do when the lock could not be had in time.
	 * @return the reaction
	 */
	OnFailure onFailure() default OnFailure.THROW;

	/**
	 * The method to call instead when the lock could not be had: not in time, refused to
	 * break a deadlock, or because the backend failed or the manager was closed. A method
	 * of the same class with the same parameters and a compatible return type, optionally
	 * with one more parameter for the exception; then it is called only for exceptions of
	 * that type. It runs without the lock. Its own lock annotations would not apply, so
	 * they are refused.
	 * @return the name of the method
	 */
	String fallback() default "";

	/**
	 * When to lock at all: a SpEL expression, without <code>#{}</code>, that sees what
	 * the islands of {@link #resource()} see, such as {@code "#order.total > 100"}. Where
	 * it is false the method runs without this lock. Default: always.
	 * @return the condition
	 */
	String condition() default "";

	/**
	 * Several {@link ReadLock @ReadLock} annotations.
	 */
	@Target({ ElementType.METHOD, ElementType.TYPE })
	@Retention(RetentionPolicy.RUNTIME)
	@Documented
	@interface List {

		/**
		 * The annotations.
		 * @return all of them
		 */
		ReadLock[] value();

	}

}
