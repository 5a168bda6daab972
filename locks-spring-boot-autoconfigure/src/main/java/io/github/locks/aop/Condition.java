package io.github.locks.aop;

import java.util.function.Predicate;

import io.github.locks.LockNames;
import io.github.locks.aop.LockDeclaration.Attribute;
import org.jspecify.annotations.Nullable;

import org.springframework.expression.ParseException;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.Literal;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;

/**
 * The {@code condition} of an annotation, parsed. Immutable.
 */
final class Condition {

	private static final SpelExpressionParser PARSER = new SpelExpressionParser();

	private static final String EXAMPLE = "Write an expression that is true or false, such as \"#order.total > 100\".";

	private final LockDeclaration declaration;

	private final SpelExpression expression;

	private Condition(LockDeclaration declaration, SpelExpression expression) {
		this.declaration = declaration;
		this.expression = expression;
	}

	/**
	 * Parses the condition.
	 * @return the condition, or {@code null} if the annotation has none
	 */
	static @Nullable Condition parse(LockDeclaration declaration, Placeholders placeholders, ArgumentNames names,
			Predicate<String> isBean) {
		if (!declaration.has(Attribute.CONDITION)) {
			return null;
		}
		if (declaration.text(Attribute.CONDITION).contains("#{")) {
			throw declaration.invalid(Attribute.CONDITION, "a condition is an expression as a whole",
					"Leave out '#{' and '}'.", null);
		}
		try {
			SpelExpression expression = PARSER.parseRaw(placeholders.resolve(declaration.text(Attribute.CONDITION)));
			new IslandCheck(declaration, Attribute.CONDITION, names, isBean).check(expression.getAST());
			checkConstant(declaration, expression.getAST());
			return new Condition(declaration, expression);
		}
		catch (IllegalArgumentException ex) {
			throw declaration.invalid(Attribute.CONDITION, "a property that it names does not exist",
					"Define the property, or give a default, as in ${name:true}.", ex);
		}
		catch (ParseException | IllegalStateException ex) {
			throw declaration.invalid(Attribute.CONDITION, "it cannot be parsed: " + ex.getMessage(), EXAMPLE, ex);
		}
	}

	private static void checkConstant(LockDeclaration declaration, SpelNode node) {
		Object value = (node instanceof Literal literal) ? literal.getLiteralValue().getValue() : true;
		if (value instanceof Boolean) {
			return;
		}
		String kind = (value instanceof Number) ? "a number" : "a text";
		throw declaration.invalid(Attribute.CONDITION,
				"it is " + ((value != null) ? kind : "null") + ", for every call, and neither true nor false", EXAMPLE,
				null);
	}

	/**
	 * Evaluates the condition.
	 * @throws InvalidLockAnnotationException if it fails or is neither true nor false:
	 * the call must not run without a lock by mistake
	 */
	boolean isTrue(TemplateContext context) {
		Object value;
		try {
			value = this.expression.getValue(context);
		}
		catch (RuntimeException ex) {
			throw failure("failed: " + LockNames.escape(String.valueOf(ex.getMessage())), ex);
		}
		if (value instanceof Boolean result) {
			return result;
		}
		throw failure((value != null) ? "gave a " + LockNames.escape(value.getClass().getTypeName()) : "gave null",
				null);
	}

	private InvalidLockAnnotationException failure(String problem, @Nullable Throwable cause) {
		return new InvalidLockAnnotationException(
				"The condition " + LockNames.quote(this.expression.getExpressionString()) + " of "
						+ this.declaration.describe() + " " + problem + ", so the method did not run.",
				EXAMPLE, cause);
	}

}
