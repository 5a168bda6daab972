package io.github.locks.aop;

import io.github.locks.LockNames;
import io.github.locks.aop.LockDeclaration.Attribute;

import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.Assign;
import org.springframework.expression.spel.ast.ConstructorReference;
import org.springframework.expression.spel.ast.FunctionReference;
import org.springframework.expression.spel.ast.OpDec;
import org.springframework.expression.spel.ast.OpInc;
import org.springframework.expression.spel.ast.TypeReference;
import org.springframework.expression.spel.ast.VariableReference;

/**
 * Checks an expression before it is ever evaluated: the variables that it names must
 * exist, and it must not reach for what templates may not use.
 */
final class IslandCheck {

	private final LockDeclaration declaration;

	private final Attribute attribute;

	private final ArgumentNames names;

	IslandCheck(LockDeclaration declaration, Attribute attribute, ArgumentNames names) {
		this.declaration = declaration;
		this.attribute = attribute;
		this.names = names;
	}

	void check(SpelNode node) {
		if (node instanceof VariableReference) {
			checkVariable(node.toStringAST().substring(1));
		}
		else if (isForbidden(node)) {
			throw this.declaration.invalid(this.attribute,
					"its expression uses " + LockNames.quote(node.toStringAST())
							+ "; types, constructors, functions and assignments are not available",
					"Use arguments, #root and beans only.", null);
		}
		for (int i = 0; i < node.getChildCount(); i++) {
			check(node.getChild(i));
		}
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
		throw this.declaration.invalid(this.attribute, "there is no argument '#" + LockNames.escape(name) + "'",
				"Known are #root and " + this.names.names() + "." + hint, null);
	}

}
