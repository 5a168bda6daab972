package io.github.locks.aop;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;

import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.util.ReflectionUtils;

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

	void register(Method method, List<MergedAnnotation<?>> annotations) {
		this.hints.registerMethod(method, ExecutableMode.INVOKE);
		for (MergedAnnotation<?> annotation : annotations) {
			this.hints.registerType(annotation.getRoot().getType(), MemberCategory.INVOKE_PUBLIC_METHODS);
			registerFallback(method, annotation.getString("fallback"));
			registerExpressions(method, annotation.getString("resource"), annotation.getString("condition"));
		}
	}

	private void registerFallback(Method method, String name) {
		if (name.isEmpty()) {
			return;
		}
		Class<?>[] parameters = method.getParameterTypes();
		for (Method candidate : ReflectionUtils.getAllDeclaredMethods(this.beanClass)) {
			if (candidate.getName().equals(name) && startsWith(candidate.getParameterTypes(), parameters)) {
				this.hints.registerMethod(candidate, ExecutableMode.INVOKE);
			}
		}
	}

	private static boolean startsWith(Class<?>[] types, Class<?>[] start) {
		return (types.length == start.length || types.length == start.length + 1)
				&& Arrays.equals(types, 0, start.length, start, 0, start.length);
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
