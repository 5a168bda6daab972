package io.github.locks.aop;

import io.github.locks.LockNames;

import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.Assign;
import org.springframework.expression.spel.ast.ConstructorReference;
import org.springframework.expression.spel.ast.FunctionReference;
import org.springframework.expression.spel.ast.OpDec;
import org.springframework.expression.spel.ast.OpInc;
import org.springframework.expression.spel.ast.TypeReference;
import org.springframework.expression.spel.ast.VariableReference;

/**
 * Checks the expression of an island before it is ever evaluated: the variables that it
 * names must exist, and it must not reach for what templates may not use.
 */
final class IslandCheck {

	private final LockDeclaration declaration;

	private final ArgumentNames names;

	IslandCheck(LockDeclaration declaration, ArgumentNames names) {
		this.declaration = declaration;
		this.names = names;
	}

	void check(SpelNode node) {
		if (node instanceof VariableReference) {
			checkVariable(node.toStringAST().substring(1));
		}
		else if (isForbidden(node)) {
			throw this.declaration.invalidResource(
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
		throw this.declaration.invalidResource("there is no argument '#" + LockNames.escape(name) + "'",
				"Known are #root and " + this.names.names() + "." + hint, null);
	}

}
