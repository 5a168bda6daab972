package io.github.locks.aop;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Finds the end of an island: the brace that is neither quoted nor part of the expression
 * itself.
 */
final class IslandScanner {

	private static final String OPENING = "{[(";

	private static final String CLOSING = "}])";

	private IslandScanner() {
	}

	/**
	 * Finds the closing brace.
	 * @param text the template
	 * @param start where the expression starts
	 * @return the index of the brace, or -1 if there is none
	 */
	static int end(String text, int start) {
		Deque<Character> open = new ArrayDeque<>();
		for (int i = start; i < text.length(); i++) {
			char c = text.charAt(i);
			if (c == '\'' || c == '"') {
				i = text.indexOf(c, i + 1);
				if (i < 0) {
					return -1;
				}
			}
			else if (OPENING.indexOf(c) >= 0) {
				open.push(CLOSING.charAt(OPENING.indexOf(c)));
			}
			else if (c == '}' && open.isEmpty()) {
				return i;
			}
			else if (CLOSING.indexOf(c) >= 0 && (open.isEmpty() || open.pop() != c)) {
				return -1;
			}
		}
		return -1;
	}

}
