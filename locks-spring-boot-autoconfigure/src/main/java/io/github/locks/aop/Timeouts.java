package io.github.locks.aop;

import java.time.Duration;
import java.util.regex.Pattern;

import io.github.locks.LockNames;
import org.jspecify.annotations.Nullable;

import org.springframework.format.datetime.standard.DurationFormatterUtils;

/**
 * Reads the {@code timeout} of annotations.
 */
final class Timeouts {

	private static final Pattern NUMBER = Pattern.compile("[+-]?\\d+");

	private static final String FORMATS = "Write a number and a unit, such as 500ms, 5s or 2m, or ISO-8601, such as PT5S.";

	private Timeouts() {
	}

	/**
	 * Reads the timeout.
	 * @return how long to wait, or {@code null} for the default
	 */
	static @Nullable Duration parse(LockDeclaration declaration, Placeholders placeholders) {
		String text = resolve(declaration, placeholders).strip();
		if (text.isEmpty()) {
			return null;
		}
		if (text.equals("0")) {
			return Duration.ZERO;
		}
		if (NUMBER.matcher(text).matches()) {
			throw declaration.invalidTimeout(LockNames.quote(text) + " has no unit", "Add a unit, such as 10s.", null);
		}
		Duration timeout = parse(declaration, text);
		if (timeout.isNegative()) {
			throw declaration.invalidTimeout(LockNames.quote(text) + " is negative",
					"Set a positive time, or 0 to not wait at all.", null);
		}
		return timeout;
	}

	private static Duration parse(LockDeclaration declaration, String text) {
		try {
			return DurationFormatterUtils.detectAndParse(text);
		}
		catch (IllegalArgumentException | ArithmeticException ex) {
			throw declaration.invalidTimeout(LockNames.quote(text) + " is not a duration", FORMATS, ex);
		}
	}

	private static String resolve(LockDeclaration declaration, Placeholders placeholders) {
		try {
			return placeholders.resolve(declaration.timeout());
		}
		catch (IllegalArgumentException ex) {
			throw declaration.invalidTimeout("a property that it names does not exist",
					"Define the property, or give a default, as in ${name:5s}.", ex);
		}
	}

}
