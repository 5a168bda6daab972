package io.github.locks.aop;

import java.lang.reflect.Method;

import io.github.locks.LockNames;
import io.github.locks.LockType;
import io.github.locks.annotation.OnFailure;
import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.MergedAnnotation;

/**
 * A lock annotation as it was written, and for which method.
 *
 * @param type the kind of lock
 * @param resource the template of the resource's name
 * @param timeout how long to wait, blank for the default
 * @param skip whether to skip the call when the lock could not be had
 * @param annotated the method or class that carries the annotation
 * @param where the method that is to be locked, such as {@code com.acme.Orders.pay}
 */
record LockDeclaration(LockType type, String resource, String timeout, boolean skip, @Nullable Object annotated,
		String where) {

	static LockDeclaration of(MergedAnnotation<?> annotation, LockType type, String where) {
		return new LockDeclaration(type, annotation.getString("resource"), annotation.getString("timeout"),
				annotation.getEnum("onFailure", OnFailure.class) == OnFailure.SKIP, annotation.getSource(), where);
	}

	static String where(Method method, Class<?> targetClass) {
		return targetClass.getName() + "." + method.getName();
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

	boolean isOnMethod() {
		return this.annotated instanceof Method;
	}

	InvalidLockAnnotationException invalidResource(String problem, String remedy, @Nullable Throwable cause) {
		return invalid("resource = " + LockNames.quote(this.resource), problem, remedy, cause);
	}

	InvalidLockAnnotationException invalidTimeout(String problem, String remedy, @Nullable Throwable cause) {
		return invalid("timeout = " + LockNames.quote(this.timeout), problem, remedy, cause);
	}

	InvalidLockAnnotationException invalidSkip(String problem, String remedy) {
		return invalid("onFailure = SKIP", problem, remedy, null);
	}

	InvalidLockAnnotationException invalidMethod(String problem, String remedy) {
		return invalid(LockNames.quote(this.resource), problem, remedy, null);
	}

	private InvalidLockAnnotationException invalid(String attribute, String problem, String remedy,
			@Nullable Throwable cause) {
		String message = annotation() + "(" + attribute + ") on " + this.where + " can never work: " + problem + ".";
		return new InvalidLockAnnotationException(message, remedy, cause);
	}

}
