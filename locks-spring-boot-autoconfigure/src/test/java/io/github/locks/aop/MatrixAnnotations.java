package io.github.locks.aop;

import java.lang.annotation.Annotation;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.HashMap;
import java.util.Map;

import io.github.locks.LockType;
import io.github.locks.annotation.DistributedLock;
import io.github.locks.annotation.FencingToken;
import io.github.locks.annotation.OnFailure;
import io.github.locks.annotation.OnLost;
import io.github.locks.annotation.ReadLock;
import io.github.locks.annotation.WriteLock;
import net.bytebuddy.description.annotation.AnnotationDescription;
import net.bytebuddy.description.type.TypeDescription;

import org.springframework.core.annotation.AliasFor;

/**
 * The annotations of generated classes.
 */
final class MatrixAnnotations {

	/** The second resource of methods with several locks comes first in the order. */
	private static final String SECOND = "another:";

	private MatrixAnnotations() {
	}

	/**
	 * Describes a lock annotation.
	 * @param attributes what it says
	 */
	static AnnotationDescription of(LockType type, Style style, Map<String, Object> attributes) {
		return switch (style) {
			case ITSELF -> describe(annotation(type), attributes);
			case META -> {
				Map<String, Object> aliases = new HashMap<>(attributes);
				aliases.put("name", aliases.remove("resource"));
				yield describe(meta(type), aliases);
			}
			case REPEATED -> {
				Map<String, Object> second = new HashMap<>(attributes);
				second.put("resource", second(String.valueOf(second.get("resource"))));
				yield AnnotationDescription.Builder.ofType(container(type))
					.defineAnnotationArray("value", TypeDescription.ForLoadedType.of(annotation(type)),
							describe(annotation(type), attributes), describe(annotation(type), second))
					.build();
			}
		};
	}

	static String second(String resource) {
		return SECOND + resource;
	}

	static AnnotationDescription token(String resource) {
		return AnnotationDescription.Builder.ofType(FencingToken.class).define("value", resource).build();
	}

	private static AnnotationDescription describe(Class<? extends Annotation> type, Map<String, Object> attributes) {
		AnnotationDescription.Builder builder = AnnotationDescription.Builder.ofType(type);
		for (Map.Entry<String, Object> attribute : attributes.entrySet()) {
			builder = (attribute.getValue() instanceof Enum<?> constant) ? builder.define(attribute.getKey(), constant)
					: builder.define(attribute.getKey(), (String) attribute.getValue());
		}
		return builder.build();
	}

	private static Class<? extends Annotation> annotation(LockType type) {
		return switch (type) {
			case READ -> ReadLock.class;
			case WRITE -> WriteLock.class;
			case DISTRIBUTED -> DistributedLock.class;
		};
	}

	private static Class<? extends Annotation> container(LockType type) {
		return switch (type) {
			case READ -> ReadLock.List.class;
			case WRITE -> WriteLock.List.class;
			case DISTRIBUTED -> DistributedLock.List.class;
		};
	}

	private static Class<? extends Annotation> meta(LockType type) {
		return switch (type) {
			case READ -> Reads.class;
			case WRITE -> Writes.class;
			case DISTRIBUTED -> Distributed.class;
		};
	}

	/**
	 * How an annotation is written.
	 */
	enum Style {

		/** As it is. */
		ITSELF,

		/** Behind an annotation of the user's own, with attributes that are aliases. */
		META,

		/** Twice. */
		REPEATED

	}

	/**
	 * A user's own annotation for reading.
	 */
	@Retention(RetentionPolicy.RUNTIME)
	@ReadLock
	public @interface Reads {

		@AliasFor(annotation = ReadLock.class, attribute = "resource")
		String name();

		@AliasFor(annotation = ReadLock.class)
		String timeout() default "";

		@AliasFor(annotation = ReadLock.class)
		OnFailure onFailure() default OnFailure.THROW;

		@AliasFor(annotation = ReadLock.class)
		String fallback() default "";

		@AliasFor(annotation = ReadLock.class)
		String condition() default "";

	}

	/**
	 * A user's own annotation for writing.
	 */
	@Retention(RetentionPolicy.RUNTIME)
	@WriteLock
	public @interface Writes {

		@AliasFor(annotation = WriteLock.class, attribute = "resource")
		String name();

		@AliasFor(annotation = WriteLock.class)
		String timeout() default "";

		@AliasFor(annotation = WriteLock.class)
		OnFailure onFailure() default OnFailure.THROW;

		@AliasFor(annotation = WriteLock.class)
		String fallback() default "";

		@AliasFor(annotation = WriteLock.class)
		String condition() default "";

	}

	/**
	 * A user's own annotation for distributed locks.
	 */
	@Retention(RetentionPolicy.RUNTIME)
	@DistributedLock
	public @interface Distributed {

		@AliasFor(annotation = DistributedLock.class, attribute = "resource")
		String name();

		@AliasFor(annotation = DistributedLock.class)
		String timeout() default "";

		@AliasFor(annotation = DistributedLock.class)
		OnFailure onFailure() default OnFailure.THROW;

		@AliasFor(annotation = DistributedLock.class)
		String fallback() default "";

		@AliasFor(annotation = DistributedLock.class)
		String condition() default "";

		@AliasFor(annotation = DistributedLock.class)
		String lease() default "";

		@AliasFor(annotation = DistributedLock.class)
		String minimumHold() default "";

		@AliasFor(annotation = DistributedLock.class)
		OnLost onLost() default OnLost.FAIL;

	}

}
