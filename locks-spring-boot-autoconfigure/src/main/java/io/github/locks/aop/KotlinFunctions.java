package io.github.locks.aop;

import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

import org.springframework.core.KotlinDetector;
import org.springframework.core.MethodParameter;
import org.springframework.core.Nullness;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * What the metadata of Kotlin says about functions. Needs no class of Kotlin itself.
 */
final class KotlinFunctions {

	private static final boolean COROUTINES_REACTOR_PRESENT = ClassUtils.isPresent("kotlinx.coroutines.reactor.MonoKt",
			KotlinFunctions.class.getClassLoader());

	private KotlinFunctions() {
	}

	/**
	 * Whether a method is a {@code suspend} function: its last parameter is where it goes
	 * on after it was suspended, hidden in Kotlin.
	 */
	static boolean isSuspending(Method method) {
		Class<?>[] parameters = method.getParameterTypes();
		return parameters.length > 0
				&& parameters[parameters.length - 1].getName().equals("kotlin.coroutines.Continuation");
	}

	/**
	 * Returns what is missing to call suspend functions through a proxy.
	 * @return the name of a library, or {@code null} if all are there
	 */
	static @Nullable String missingLibrary() {
		if (!COROUTINES_REACTOR_PRESENT) {
			return "org.jetbrains.kotlinx:kotlinx-coroutines-reactor";
		}
		return KotlinDetector.isKotlinReflectPresent() ? null : "org.jetbrains.kotlin:kotlin-reflect";
	}

	/**
	 * Returns what a suspend function declares to return, as seen from Kotlin.
	 * @return the class, {@code void} for {@code Unit}
	 */
	static Class<?> result(Method method) {
		return new MethodParameter(method, -1).getParameterType();
	}

	/**
	 * Returns what a method declares to return, as seen from Kotlin if it is a suspend
	 * function.
	 */
	static ResolvableType type(Method method, Class<?> targetClass) {
		return ResolvableType.forMethodParameter(new MethodParameter(method, -1).withContainingClass(targetClass));
	}

	/**
	 * Whether a function promises to Kotlin that it never returns {@code null}.
	 */
	static boolean isNeverNull(Method method) {
		return KotlinDetector.isKotlinType(method.getDeclaringClass()) && KotlinDetector.isKotlinReflectPresent()
				&& Nullness.forMethodReturnType(method) == Nullness.NON_NULL;
	}

}
