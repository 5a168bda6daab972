package io.github.locks.aop;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.ReflectionHints;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.core.MethodIntrospector;
import org.springframework.util.ClassUtils;

/**
 * Tells a native image what the advice and the templates of a bean with annotated methods
 * reach by reflection: the methods, their fallbacks, and what the expressions read.
 * Annotations that can never work are none of its business: the advisor reports them.
 */
final class LockedBeanAotProcessor implements BeanRegistrationAotProcessor {

	@Override
	public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean registeredBean) {
		Class<?> beanClass = ClassUtils.getUserClass(registeredBean.getBeanClass());
		LockAnnotations annotations = new LockAnnotations(beanClass);
		Map<Method, List<LockDeclaration>> methods = MethodIntrospector.selectMethods(beanClass,
				(Method method) -> declarations(method, annotations));
		if (methods.isEmpty()) {
			return null;
		}
		return (generationContext, beanRegistrationCode) -> {
			ReflectionHints hints = generationContext.getRuntimeHints().reflection();
			LockedMethodHints bean = new LockedMethodHints(hints, registeredBean.getBeanFactory(), beanClass);
			methods.forEach(bean::register);
		};
	}

	private static @Nullable List<LockDeclaration> declarations(Method method, LockAnnotations annotations) {
		try {
			List<LockDeclaration> found = annotations.find(method);
			return found.isEmpty() ? null : found;
		}
		catch (InvalidLockAnnotationException ex) {
			return null;
		}
	}

}
