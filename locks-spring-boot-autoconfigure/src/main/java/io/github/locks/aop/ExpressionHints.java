package io.github.locks.aop;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;

/**
 * Registers the types that an expression can read. Follows, from the types it starts at,
 * all public members that have a name which the expression mentions anywhere: more than
 * it reads, but never too little, as far as declared types tell.
 */
final class ExpressionHints {

	private static final Pattern NAME = Pattern.compile("[\\p{Alpha}_$][\\w$]*");

	private static final int MAX_DEPTH = 16;

	private final ReflectionHints hints;

	private final Set<String> names;

	private final Set<ResolvableType> known = new HashSet<>();

	ExpressionHints(ReflectionHints hints, String expression) {
		this.hints = hints;
		this.names = NAME.matcher(expression).results().map(MatchResult::group).collect(Collectors.toSet());
	}

	boolean mentions(String name) {
		return this.names.contains(name);
	}

	Set<String> names() {
		return this.names;
	}

	/**
	 * Registers a type, its elements, and what the expression can reach from them.
	 */
	void register(ResolvableType type) {
		register(type, 0);
	}

	private void register(ResolvableType type, int depth) {
		Class<?> resolved = type.resolve();
		if (resolved == null || resolved.isPrimitive() || depth > MAX_DEPTH || !this.known.add(type)) {
			return;
		}
		if (resolved.isArray()) {
			register(type.getComponentType(), depth + 1);
			return;
		}
		for (ResolvableType generic : type.getGenerics()) {
			register(generic, depth + 1);
		}
		this.hints.registerType(resolved, MemberCategory.INVOKE_PUBLIC_METHODS, MemberCategory.ACCESS_PUBLIC_FIELDS);
		for (Method method : resolved.getMethods()) {
			if (isMentioned(method)) {
				register(ResolvableType.forMethodParameter(new MethodParameter(method, -1), type), depth + 1);
			}
		}
		for (Field field : resolved.getFields()) {
			if (mentions(field.getName())) {
				register(ResolvableType.forField(field, type), depth + 1);
			}
		}
	}

	private boolean isMentioned(Method method) {
		String name = method.getName();
		return mentions(name) || isGetter(name, "get") || isGetter(name, "is");
	}

	private boolean isGetter(String method, String prefix) {
		if (!method.startsWith(prefix) || method.length() == prefix.length()) {
			return false;
		}
		String property = method.substring(prefix.length());
		return mentions(property)
				|| mentions(property.substring(0, 1).toLowerCase(Locale.ROOT) + property.substring(1));
	}

}
