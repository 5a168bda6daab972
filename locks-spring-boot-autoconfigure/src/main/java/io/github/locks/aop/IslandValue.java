package io.github.locks.aop;

import java.io.InputStream;
import java.io.Reader;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.stream.BaseStream;

import io.github.locks.LockNames;
import org.jspecify.annotations.Nullable;

/**
 * Turns what an island gave into a part of a name. Values that do not identify anything
 * are refused: all calls would share one lock, or none would.
 */
final class IslandValue {

	private static final ClassValue<Boolean> HAS_TEXT = new ClassValue<>() {

		@Override
		protected Boolean computeValue(Class<?> type) {
			try {
				return type.getMethod("toString").getDeclaringClass() != Object.class;
			}
			catch (NoSuchMethodException ex) {
				return false;
			}
		}

	};

	private IslandValue() {
	}

	/**
	 * Takes values out of their {@code Optional}.
	 * @return the value, or {@code null} if there is none
	 */
	static @Nullable Object unwrap(@Nullable Object value) {
		if (isSimple(value)) {
			return value;
		}
		Object inner = value;
		while (inner instanceof Optional<?> optional) {
			inner = optional.orElse(null);
		}
		if (inner instanceof OptionalLong number) {
			return number.isPresent() ? number.getAsLong() : null;
		}
		if (inner instanceof OptionalInt number) {
			return number.isPresent() ? number.getAsInt() : null;
		}
		if (inner instanceof OptionalDouble number) {
			return number.isPresent() ? number.getAsDouble() : null;
		}
		return inner;
	}

	/**
	 * Says why a value cannot be part of a name.
	 * @return the problem, or {@code null} if there is none
	 */
	static @Nullable String problem(@Nullable Object value) {
		if (isSimple(value)) {
			return null;
		}
		if (value == null) {
			return "is null";
		}
		if (isContainer(value)) {
			return "is a " + typeName(value) + ", which is not one value";
		}
		if (isProcess(value) || !HAS_TEXT.get(value.getClass())) {
			return "is a " + typeName(value) + ", which has no text of its own";
		}
		return null;
	}

	/**
	 * Whether this is one of the values that nearly all islands give, without asking for
	 * all the interfaces that it does not have.
	 */
	private static boolean isSimple(@Nullable Object value) {
		return value instanceof String || value instanceof Long || value instanceof Integer;
	}

	private static boolean isContainer(Object value) {
		return value.getClass().isArray() || value instanceof Collection || value instanceof Map;
	}

	private static boolean isProcess(Object value) {
		return value instanceof BaseStream || value instanceof InputStream || value instanceof Reader
				|| value instanceof Future || value instanceof CompletionStage;
	}

	/**
	 * Returns the text of a value without a {@linkplain #problem(Object) problem}.
	 * @return the text, or {@code null} if {@code toString()} gives that
	 */
	static @Nullable String text(@Nullable Object value) {
		return (value != null) ? value.toString() : null;
	}

	private static String typeName(Object value) {
		return LockNames.escape(value.getClass().getTypeName());
	}

}
