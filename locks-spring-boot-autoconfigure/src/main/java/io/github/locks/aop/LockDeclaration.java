package io.github.locks.aop;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.EnumMap;
import java.util.Map;

import io.github.locks.LockNames;
import io.github.locks.LockScope;
import io.github.locks.LockType;
import io.github.locks.annotation.OnFailure;
import io.github.locks.annotation.OnLost;
import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.MergedAnnotation;

/**
 * A lock annotation as it was written, and for which method.
 *
 * @param type the kind of lock
 * @param scope whom it excludes
 * @param texts the attributes that are text
 * @param skip whether to skip the call when the lock could not be had
 * @param interrupt whether to stop the work when the lock is lost
 * @param rootType the annotation that is on the method or class: a lock annotation, or
 * one that is made of it
 * @param annotated the method or class that carries the annotation
 * @param where the method that is to be locked, such as {@code com.acme.Orders.pay}
 */
record LockDeclaration(LockType type, LockScope scope, Map<Attribute, String> texts, boolean skip, boolean interrupt,
		Class<? extends Annotation> rootType, @Nullable Object annotated, String where) {

	static LockDeclaration of(MergedAnnotation<?> annotation, LockType type, String where) {
		Map<Attribute, String> texts = new EnumMap<>(Attribute.class);
		for (Attribute attribute : Attribute.values()) {
			annotation.getValue(attribute.key, String.class).ifPresent((text) -> texts.put(attribute, text));
		}
		boolean skip = annotation.getEnum("onFailure", OnFailure.class) == OnFailure.SKIP;
		boolean interrupt = annotation.getValue("onLost", OnLost.class).orElse(OnLost.FAIL) == OnLost.INTERRUPT;
		LockScope scope = annotation.getValue("scope", LockScope.class)
			.orElse((type == LockType.DISTRIBUTED) ? LockScope.DISTRIBUTED : LockScope.CONFIGURED);
		return new LockDeclaration(type, scope, texts, skip, interrupt, annotation.getRoot().getType(),
				annotation.getSource(), where);
	}

	static String where(Method method, Class<?> targetClass) {
		return targetClass.getName() + "." + method.getName();
	}

	/**
	 * Returns an attribute as it was written.
	 * @return the text, empty if the attribute was not set
	 */
	String text(Attribute attribute) {
		return this.texts.getOrDefault(attribute, "");
	}

	boolean has(Attribute attribute) {
		return !text(attribute).isBlank();
	}

	/**
	 * Returns the template of the resource's name.
	 */
	String resource() {
		return text(Attribute.RESOURCE);
	}

	/**
	 * Returns the name of the annotation as it is written in source code.
	 */
	String annotation() {
		return switch (this.type) {
			case READ -> "@ReadLock";
			case WRITE -> "@WriteLock";
			case DISTRIBUTED -> "@DistributedLock";
		};
	}

	/**
	 * Returns annotation, template and method for messages.
	 */
	String describe() {
		return annotation() + "(" + LockNames.quote(resource()) + ") on " + this.where;
	}

	boolean isOnMethod() {
		return this.annotated instanceof Method;
	}

	InvalidLockAnnotationException invalid(Attribute attribute, String problem, String remedy,
			@Nullable Throwable cause) {
		return invalid(attribute.key + " = " + LockNames.quote(text(attribute)), problem, remedy, cause);
	}

	InvalidLockAnnotationException invalidSkip(String problem, String remedy) {
		return invalid("onFailure = SKIP", problem, remedy, null);
	}

	InvalidLockAnnotationException invalidMethod(String problem, String remedy) {
		return invalid(LockNames.quote(resource()), problem, remedy, null);
	}

	private InvalidLockAnnotationException invalid(String attribute, String problem, String remedy,
			@Nullable Throwable cause) {
		String message = annotation() + "(" + attribute + ") on " + this.where + " can never work: " + problem + ".";
		return new InvalidLockAnnotationException(message, remedy, cause);
	}

	/**
	 * The attributes that are text. Not all annotations have all of them.
	 */
	enum Attribute {

		RESOURCE("resource"), TIMEOUT("timeout"), CONDITION("condition"), FALLBACK("fallback"), LEASE("lease"),
		MINIMUM_HOLD("minimumHold");

		private final String key;

		Attribute(String key) {
			this.key = key;
		}

	}

}
