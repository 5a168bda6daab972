package io.github.locks.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.test.context.TestPropertySource;

/**
 * Gives a test of a Spring Boot application its locks: on a slice test such as
 * {@code @WebMvcTest}, which has none otherwise, and on {@code @SpringBootTest}, where
 * they then need no directory. In both the {@link LockProbe} is a bean. A {@code @Nested}
 * class has the mode of its enclosing class unless it says otherwise.
 *
 * <pre class="code">
 * &#64;WebMvcTest(OrderController.class)
 * &#64;AutoConfigureLocks
 * class OrderControllerTests { ... }
 * </pre>
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ImportAutoConfiguration
@TestPropertySource(properties = { "locks.enabled=true", "locks.distributed.backend=memory" })
public @interface AutoConfigureLocks {

	/**
	 * What the locks of the test do.
	 * @return the mode
	 */
	Mode mode() default Mode.IN_MEMORY;

	/**
	 * What the locks of a test do.
	 */
	enum Mode {

		/**
		 * Real locks. The distributed ones are kept in memory, whatever the application
		 * is configured to use, so that tests share nothing and leave nothing behind.
		 */
		IN_MEMORY,

		/**
		 * No locking: annotated methods run, and beans that need a
		 * {@link io.github.locks.LockManager} get one, but nobody ever waits.
		 */
		OFF

	}

}
