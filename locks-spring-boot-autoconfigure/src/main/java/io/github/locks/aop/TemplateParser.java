package io.github.locks.aop;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

import io.github.locks.aop.LockDeclaration.Attribute;
import org.jspecify.annotations.Nullable;

import org.springframework.expression.BeanResolver;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.CompoundExpression;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;

/**
 * Parses the name of a resource as an annotation writes it. First the islands are cut
 * out, then the placeholders of each part are replaced, so that a property that contains
 * <code>#{...}</code> stays text.
 */
final class TemplateParser {

	private static final SpelExpressionParser PARSER = new SpelExpressionParser();

	private static final String ISLAND_START = "#{";

	private final LockDeclaration declaration;

	private final Placeholders placeholders;

	private final ArgumentNames names;

	private final Predicate<String> isBean;

	TemplateParser(LockDeclaration declaration, Placeholders placeholders, ArgumentNames names,
			Predicate<String> isBean) {
		this.declaration = declaration;
		this.placeholders = placeholders;
		this.names = names;
		this.isBean = isBean;
	}

	ResourceTemplate parse(BeanResolver beans) {
		String text = this.declaration.resource();
		if (text.isBlank()) {
			throw invalid("it names no resource", "Name what is to be locked, such as @ReadLock(\"episodes\").", null);
		}
		List<ResourceTemplate.Part> parts = new ArrayList<>();
		int position = 0;
		for (int start = text.indexOf(ISLAND_START); start >= 0; start = text.indexOf(ISLAND_START, position)) {
			int end = IslandScanner.end(text, start + ISLAND_START.length());
			if (end < 0) {
				throw invalid("its '#{' at index " + start + " has no end", "Add the '}'.", null);
			}
			addLiteral(text.substring(position, start), parts);
			parts.add(island(text.substring(start + ISLAND_START.length(), end)));
			position = end + 1;
		}
		addLiteral(text.substring(position), parts);
		return new ResourceTemplate(this.declaration, parts, this.names, beans);
	}

	private void addLiteral(String text, List<ResourceTemplate.Part> parts) {
		if (!text.isEmpty()) {
			parts.add(new ResourceTemplate.Part(resolve(text), null));
		}
	}

	private ResourceTemplate.Part island(String source) {
		String resolved = resolve(source).strip();
		if (resolved.isEmpty()) {
			throw invalid("its '#{}' is empty", "Write an expression, such as #{#id}.", null);
		}
		try {
			SpelExpression expression = PARSER.parseRaw(resolved);
			new IslandCheck(this.declaration, Attribute.RESOURCE, this.names, this.isBean).check(expression.getAST());
			return new ResourceTemplate.Part(resolved, island(expression));
		}
		catch (ParseException | IllegalStateException ex) {
			throw invalid("its expression cannot be parsed: " + ex.getMessage(), "Correct the expression in #{...}.",
					ex);
		}
	}

	/**
	 * Reads a lone argument directly, and a property of an argument: that is what most
	 * islands are, and takes a fraction of the time.
	 */
	private ResourceTemplate.Island island(SpelExpression expression) {
		SpelNode root = expression.getAST();
		Integer index = indexOf(root);
		if (index != null) {
			return (context) -> context.argument(index);
		}
		Integer owner = (root instanceof CompoundExpression && root.getChildCount() == 2) ? indexOf(root.getChild(0))
				: null;
		return (owner != null && root.getChild(1) instanceof PropertyOrFieldReference property
				&& !property.isNullSafe()) ? new PropertyIsland(owner, property.getName(), expression::getValue)
						: expression::getValue;
	}

	private @Nullable Integer indexOf(SpelNode node) {
		return (node instanceof VariableReference variable) ? this.names.indexOf(variable.toStringAST().substring(1))
				: null;
	}

	private String resolve(String text) {
		try {
			return this.placeholders.resolve(text);
		}
		catch (IllegalArgumentException ex) {
			throw invalid("a property that it names does not exist",
					"Define the property, or give a default, as in ${name:text}. A default cannot contain #{...}.", ex);
		}
	}

	private InvalidLockAnnotationException invalid(String problem, String remedy, @Nullable Throwable cause) {
		return this.declaration.invalid(Attribute.RESOURCE, problem, remedy, cause);
	}

}
