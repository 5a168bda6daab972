package io.github.locks.aop;

import java.lang.reflect.Method;
import java.util.List;

import io.github.locks.aop.LockDeclaration.Attribute;

import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;

/**
 * Registers what the annotated methods of one bean reach by reflection.
 */
final class LockedMethodHints {

	private final ReflectionHints hints;

	private final ConfigurableListableBeanFactory beanFactory;

	private final Class<?> beanClass;

	LockedMethodHints(ReflectionHints hints, ConfigurableListableBeanFactory beanFactory, Class<?> beanClass) {
		this.hints = hints;
		this.beanFactory = beanFactory;
		this.beanClass = beanClass;
	}

	void register(Method method, List<LockDeclaration> declarations) {
		this.hints.registerMethod(method, ExecutableMode.INVOKE);
		for (LockDeclaration declaration : declarations) {
			this.hints.registerType(declaration.rootType(), MemberCategory.INVOKE_PUBLIC_METHODS);
			registerFallback(declaration, method);
			registerExpressions(method, declaration.resource(), declaration.text(Attribute.CONDITION));
		}
	}

	private void registerFallback(LockDeclaration declaration, Method method) {
		try {
			Fallback fallback = Fallback.find(declaration, method, this.beanClass);
			if (fallback != null) {
				fallback.methods().forEach((found) -> this.hints.registerMethod(found, ExecutableMode.INVOKE));
			}
		}
		catch (InvalidLockAnnotationException ex) {
			// The advisor reports it.
		}
	}

	/**
	 * The placeholders in an expression may bring in any argument, so all of them count
	 * as read.
	 */
	private void registerExpressions(Method method, String resource, String condition) {
		if (!resource.contains("#{") && condition.isEmpty()) {
			return;
		}
		ExpressionHints read = new ExpressionHints(this.hints, resource + " " + condition);
		for (int i = 0; i < method.getParameterCount(); i++) {
			read.register(ResolvableType.forMethodParameter(method, i, this.beanClass));
		}
		if (read.mentions("target")) {
			read.register(ResolvableType.forClass(this.beanClass));
		}
		for (String name : read.names()) {
			Class<?> bean = this.beanFactory.containsBean(name) ? this.beanFactory.getType(name, false) : null;
			if (bean != null) {
				read.register(ResolvableType.forClass(bean));
			}
		}
	}

}
