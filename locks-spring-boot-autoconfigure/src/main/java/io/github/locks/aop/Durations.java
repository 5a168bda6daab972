package io.github.locks.aop;

import java.time.Duration;
import java.util.regex.Pattern;

import io.github.locks.LockNames;
import io.github.locks.aop.LockDeclaration.Attribute;
import org.jspecify.annotations.Nullable;

import org.springframework.format.datetime.standard.DurationFormatterUtils;

/**
 * Reads the attributes of annotations that are durations.
 */
final class Durations {

	private static final Pattern NUMBER = Pattern.compile("[+-]?\\d+");

	private static final String FORMATS = "Write a number and a unit, such as 500ms, 5s or 2m, or ISO-8601, such as PT5S.";

	private final LockDeclaration declaration;

	private final Attribute attribute;

	private Durations(LockDeclaration declaration, Attribute attribute) {
		this.declaration = declaration;
		this.attribute = attribute;
	}

	/**
	 * Reads a duration that may be zero.
	 * @return the duration, or {@code null} if it is not set
	 */
	static @Nullable Duration zeroOrMore(LockDeclaration declaration, Attribute attribute, Placeholders placeholders) {
		return new Durations(declaration, attribute).parse(placeholders);
	}

	/**
	 * Reads a duration that is more than zero.
	 * @return the duration, or {@code null} if it is not set
	 */
	static @Nullable Duration moreThanZero(LockDeclaration declaration, Attribute attribute,
			Placeholders placeholders) {
		Duration duration = zeroOrMore(declaration, attribute, placeholders);
		if (duration != null && duration.isZero()) {
			throw declaration.invalid(attribute, "zero is no time at all",
					"Set a positive time, or leave the attribute out.", null);
		}
		return duration;
	}

	private @Nullable Duration parse(Placeholders placeholders) {
		String text = resolve(placeholders).strip();
		if (text.isEmpty()) {
			return null;
		}
		if (text.equals("0")) {
			return Duration.ZERO;
		}
		if (NUMBER.matcher(text).matches()) {
			throw invalid(LockNames.quote(text) + " has no unit", "Add a unit, such as 10s.", null);
		}
		Duration duration = parse(text);
		if (duration.isNegative()) {
			throw invalid(LockNames.quote(text) + " is negative", (this.attribute == Attribute.TIMEOUT)
					? "Set a positive time, or 0 to not wait at all." : "Set a positive time.", null);
		}
		return duration;
	}

	private Duration parse(String text) {
		try {
			return DurationFormatterUtils.detectAndParse(text);
		}
		catch (IllegalArgumentException | ArithmeticException ex) {
			throw invalid(LockNames.quote(text) + " is not a duration", FORMATS, ex);
		}
	}

	private String resolve(Placeholders placeholders) {
		try {
			return placeholders.resolve(this.declaration.text(this.attribute));
		}
		catch (IllegalArgumentException ex) {
			throw invalid("a property that it names does not exist",
					"Define the property, or give a default, as in ${name:5s}.", ex);
		}
	}

	private InvalidLockAnnotationException invalid(String problem, String remedy, @Nullable Throwable cause) {
		return this.declaration.invalid(this.attribute, problem, remedy, cause);
	}

}
