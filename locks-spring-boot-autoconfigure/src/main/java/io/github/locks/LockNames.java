package io.github.locks;

import java.util.List;
import java.util.StringJoiner;

import org.jspecify.annotations.Nullable;

/**
 * The rules for resource names, and how a name is written into messages. Names are
 * compared by their UTF-16 code units; nothing is trimmed, folded or normalised, so
 * {@code "a"} and {@code "a "} are different resources on every backend.
 */
public final class LockNames {

	/** The longest name, in Unicode code points. */
	public static final int MAX_CODE_POINTS = 512;

	/** The longest name, in bytes of UTF-8. */
	public static final int MAX_BYTES = 2048;

	private static final int QUOTED_CHARS = 120;

	private LockNames() {
	}

	/**
	 * Checks the name of a resource.
	 * @param name the name
	 * @return the name
	 * @throws InvalidLockNameException if it is {@code null}, blank, too long, or has a
	 * NUL or a lone surrogate
	 */
	public static String check(@Nullable String name) {
		if (name == null) {
			throw new InvalidLockNameException("The name of a lock must not be null. Give the resource a name of 1 to "
					+ MAX_CODE_POINTS + " characters.");
		}
		if (name.length() > 2 * MAX_CODE_POINTS) {
			throw tooLong(name, "more than " + MAX_CODE_POINTS + " characters");
		}
		if (!isShortAndPlain(name)) {
			checkCharacters(name);
		}
		if (name.isBlank()) {
			throw new InvalidLockNameException("The name of a lock must not be blank, but is " + quote(name)
					+ ". Give the resource a name of 1 to " + MAX_CODE_POINTS + " characters.");
		}
		return name;
	}

	/** Whether a name needs no closer look, as nearly all. */
	private static boolean isShortAndPlain(String name) {
		int length = name.length();
		for (int i = 0; i < length; i++) {
			char c = name.charAt(i);
			if (c == 0 || c >= 0x80) {
				return false;
			}
		}
		return length <= MAX_CODE_POINTS;
	}

	private static void checkCharacters(String name) {
		int codePoints = 0;
		int bytes = 0;
		for (int i = 0; i < name.length();) {
			int codePoint = name.codePointAt(i);
			if (codePoint == 0) {
				throw new InvalidLockNameException("The name of a lock must not contain a NUL character, but "
						+ quote(name) + " has one at index " + i + ".");
			}
			if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
				throw new InvalidLockNameException("The name of a lock must be well-formed Unicode, but " + quote(name)
						+ " has a lone surrogate at index " + i + ".");
			}
			codePoints++;
			bytes += utf8Length(codePoint);
			i += Character.charCount(codePoint);
		}
		if (codePoints > MAX_CODE_POINTS) {
			throw tooLong(name, codePoints + " characters");
		}
		if (bytes > MAX_BYTES) {
			throw tooLong(name, bytes + " bytes of UTF-8");
		}
	}

	private static int utf8Length(int codePoint) {
		if (codePoint < 0x80) {
			return 1;
		}
		if (codePoint < 0x800) {
			return 2;
		}
		return (codePoint < 0x10000) ? 3 : 4;
	}

	private static InvalidLockNameException tooLong(String name, String length) {
		return new InvalidLockNameException("The name of a lock may have " + MAX_CODE_POINTS + " characters and "
				+ MAX_BYTES + " bytes of UTF-8, but " + quote(name) + " has " + length
				+ ". Lock by a shorter key, such as an id or a hash.");
	}

	/**
	 * Writes a name so that it cannot break or disguise a message: in quotes, control and
	 * formatting characters escaped, cut after {@value #QUOTED_CHARS} characters.
	 * @param name any text
	 * @return the text to print
	 */
	public static String quote(String name) {
		return "'" + escape(name) + "'";
	}

	/**
	 * Writes a text so that it cannot break or disguise a message, without quotes.
	 * @param text any text
	 * @return the text to print
	 */
	public static String escape(String text) {
		StringBuilder escaped = new StringBuilder(Math.min(text.length(), QUOTED_CHARS) + 16);
		int end = Math.min(text.length(), QUOTED_CHARS);
		for (int i = 0; i < end; i++) {
			char c = text.charAt(i);
			if (isPrintable(text, i)) {
				escaped.append(c);
			}
			else {
				escaped.append(String.format("\\u%04x", (int) c));
			}
		}
		return (end < text.length()) ? escaped.append("...").toString() : escaped.toString();
	}

	/**
	 * Writes a value with names in it, such as an event, so that they cannot break or
	 * disguise a log: as a record is written, but with all texts in quotes.
	 * @param value the value, which gives its type
	 * @param namesAndParts the name of each part, followed by the part
	 * @return the text to print
	 */
	public static String describe(Record value, @Nullable Object... namesAndParts) {
		StringJoiner parts = new StringJoiner(", ", value.getClass().getSimpleName() + "[", "]");
		for (int i = 0; i < namesAndParts.length; i += 2) {
			parts.add(namesAndParts[i] + "=" + describe(namesAndParts[i + 1]));
		}
		return parts.toString();
	}

	private static String describe(@Nullable Object part) {
		if (part instanceof String text) {
			return quote(text);
		}
		if (part instanceof List<?> list) {
			return list.stream().map(LockNames::describe).toList().toString();
		}
		return String.valueOf(part);
	}

	private static boolean isPrintable(String text, int index) {
		char c = text.charAt(index);
		if (Character.isHighSurrogate(c)) {
			return index + 1 < text.length() && Character.isLowSurrogate(text.charAt(index + 1));
		}
		if (Character.isLowSurrogate(c)) {
			return index > 0 && Character.isHighSurrogate(text.charAt(index - 1));
		}
		return switch (Character.getType(c)) {
			case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
					Character.UNASSIGNED ->
				false;
			default -> true;
		};
	}

}
