package io.github.locks.aop;

import java.util.List;

import io.github.locks.InvalidLockNameException;
import io.github.locks.LockNames;
import org.jspecify.annotations.Nullable;

import org.springframework.expression.BeanResolver;

/**
 * The name of a resource as an annotation writes it, parsed: literal text and islands to
 * evaluate. What an island gives is data; it is never evaluated again. Immutable.
 */
final class ResourceTemplate {

	private final LockDeclaration declaration;

	private final String source;

	private final List<Part> parts;

	private final @Nullable String literal;

	private final ArgumentNames names;

	private final BeanResolver beans;

	ResourceTemplate(LockDeclaration declaration, List<Part> parts, ArgumentNames names, BeanResolver beans) {
		this.declaration = declaration;
		this.source = declaration.resource();
		this.parts = List.copyOf(parts);
		this.literal = parts.stream().allMatch((part) -> part.island() == null)
				? String.join("", parts.stream().map(Part::text).toList()) : null;
		this.names = names;
		this.beans = beans;
	}

	/**
	 * Returns the template as it was written.
	 */
	String source() {
		return this.source;
	}

	/**
	 * Returns the name if it is the same for all calls.
	 * @return the name, or {@code null} if it has islands
	 */
	@Nullable String literal() {
		return this.literal;
	}

	/**
	 * Returns the shortest name that it can give, with a {@code #} for what each island
	 * gives at least.
	 */
	String shortest() {
		return String.join("", this.parts.stream().map((part) -> (part.island() != null) ? "#" : part.text()).toList());
	}

	/**
	 * Returns what expressions see of one call.
	 */
	TemplateContext context(CallRoot root) {
		return new TemplateContext(root, this.names, this.beans);
	}

	/**
	 * Evaluates the islands, once each.
	 * @param context what they see of the call
	 * @return the text, not yet checked as a name
	 * @throws InvalidLockNameException if an island fails or gives nothing
	 */
	String resolve(TemplateContext context) {
		String name = text(this.parts.get(0), context);
		for (int i = 1; i < this.parts.size(); i++) {
			// Few parts, mostly one or two: concatenated more quickly than built.
			name = name.concat(text(this.parts.get(i), context));
		}
		return name;
	}

	private String text(Part part, TemplateContext context) {
		return (part.island() != null) ? evaluate(part, part.island(), context) : part.text();
	}

	private String evaluate(Part part, Island island, TemplateContext context) {
		Object value;
		try {
			value = IslandValue.unwrap(island.evaluate(context));
			String problem = IslandValue.problem(value);
			if (problem != null) {
				throw failure(part, problem, null);
			}
			return checkLength(part, IslandValue.text(value));
		}
		catch (InvalidLockNameException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			throw failure(part, "failed: " + LockNames.escape(String.valueOf(ex.getMessage())), ex);
		}
	}

	private String checkLength(Part part, @Nullable String text) {
		if (text == null || text.isEmpty()) {
			throw failure(part, "is empty", null);
		}
		if (text.length() > 2 * LockNames.MAX_CODE_POINTS) {
			throw failure(part, "is " + LockNames.quote(text) + " of " + text.length() + " characters", null);
		}
		return text;
	}

	private InvalidLockNameException failure(Part part, String problem, @Nullable Throwable cause) {
		String message = this.declaration.describe() + " gave no name for its lock: #{" + LockNames.escape(part.text())
				+ "} " + problem + ". Lock by a value that identifies the resource, such as an id of at most "
				+ LockNames.MAX_CODE_POINTS + " characters.";
		return (cause != null) ? new InvalidLockNameException(message, cause) : new InvalidLockNameException(message);
	}

	/**
	 * A stretch of the template.
	 *
	 * @param text the literal text, or the source of the island
	 * @param island what to evaluate, or {@code null} if the text is literal
	 */
	record Part(String text, @Nullable Island island) {

	}

	/**
	 * An expression inside of a template.
	 */
	@FunctionalInterface
	interface Island {

		@Nullable Object evaluate(TemplateContext context);

	}

}
