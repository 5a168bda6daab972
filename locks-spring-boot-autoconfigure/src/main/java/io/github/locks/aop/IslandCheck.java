package io.github.locks.aop;

import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import io.github.locks.LockNames;
import io.github.locks.aop.LockDeclaration.Attribute;

import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.Assign;
import org.springframework.expression.spel.ast.BeanReference;
import org.springframework.expression.spel.ast.CompoundExpression;
import org.springframework.expression.spel.ast.ConstructorReference;
import org.springframework.expression.spel.ast.FunctionReference;
import org.springframework.expression.spel.ast.Indexer;
import org.springframework.expression.spel.ast.InlineMap;
import org.springframework.expression.spel.ast.OpDec;
import org.springframework.expression.spel.ast.OpInc;
import org.springframework.expression.spel.ast.Projection;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.Selection;
import org.springframework.expression.spel.ast.TypeReference;
import org.springframework.expression.spel.ast.VariableReference;

/**
 * Checks an expression before it is ever evaluated: the variables that it names must
 * exist, and it must not reach for what templates may not use.
 */
final class IslandCheck {

	/** What {@link CallRoot} has. */
	private static final Set<String> CALL = Set.of("method", "target", "args");

	private final LockDeclaration declaration;

	private final Attribute attribute;

	private final ArgumentNames names;

	private final Predicate<String> isBean;

	IslandCheck(LockDeclaration declaration, Attribute attribute, ArgumentNames names, Predicate<String> isBean) {
		this.declaration = declaration;
		this.attribute = attribute;
		this.names = names;
		this.isBean = isBean;
	}

	void check(SpelNode node) {
		check(node, true);
	}

	/**
	 * Checks a part of the expression.
	 * @param ofRoot whether a bare name in it means something of the root; not where it
	 * means something of what stands before it, or of an element that is looked at
	 */
	private void check(SpelNode node, boolean ofRoot) {
		if (node instanceof VariableReference) {
			checkVariable(node.toStringAST().substring(1));
		}
		else if (node instanceof BeanReference) {
			checkBean(node.toStringAST());
		}
		else if (node instanceof PropertyOrFieldReference name && ofRoot && !CALL.contains(name.getName())) {
			throw invalid("there is no " + LockNames.quote(name.getName()),
					"Write '#" + LockNames.escape(name.getName()) + "' for an argument of that name.");
		}
		else if (isForbidden(node)) {
			throw invalid(
					"its expression uses " + LockNames.quote(node.toStringAST())
							+ "; types, constructors, functions and assignments are not available",
					"Use arguments, #root and beans only.");
		}
		boolean inElement = node instanceof Selection || node instanceof Projection || node instanceof Indexer
				|| node instanceof InlineMap;
		for (int i = 0; i < node.getChildCount(); i++) {
			boolean first = i == 0 || !(node instanceof CompoundExpression) || isRoot(node, i - 1);
			check(node.getChild(i), ofRoot && !inElement && (first || !isName(node.getChild(i))));
		}
	}

	private static boolean isName(SpelNode node) {
		return node instanceof PropertyOrFieldReference;
	}

	private static boolean isRoot(SpelNode compound, int index) {
		return index == 0 && compound.getChild(index) instanceof VariableReference variable
				&& variable.toStringAST().equals("#root");
	}

	private void checkBean(String reference) {
		String name = reference.substring(1).replace("'", "");
		if (!this.isBean.test(name)) {
			throw invalid("there is no bean " + LockNames.quote(name), "Name a bean of the application.");
		}
	}

	private InvalidLockAnnotationException invalid(String problem, String remedy) {
		return this.declaration.invalid(this.attribute, problem, remedy, null);
	}

	private static boolean isForbidden(SpelNode node) {
		return node instanceof TypeReference || node instanceof ConstructorReference
				|| node instanceof FunctionReference || node instanceof Assign || node instanceof OpInc
				|| node instanceof OpDec;
	}

	private void checkVariable(String name) {
		if (name.equals("root") || name.equals("this") || this.names.indexOf(name) != null) {
			return;
		}
		String hint = this.names.areNamed() ? ""
				: " The names of the parameters are not known: compile with -parameters, or use #a0.";
		String known = this.names.names().stream().map((argument) -> "#" + argument).collect(Collectors.joining(", "));
		throw invalid("there is no argument '#" + LockNames.escape(name) + "'",
				"Known are #root" + (known.isEmpty() ? "" : ", " + known) + "." + hint);
	}

}
