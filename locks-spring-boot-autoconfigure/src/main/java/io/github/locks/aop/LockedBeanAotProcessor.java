package io.github.locks.aop;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Map;

import io.github.locks.annotation.DistributedLock;
import io.github.locks.annotation.ReadLock;
import io.github.locks.annotation.WriteLock;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.ReflectionHints;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;

/**
 * Tells a native image what the advice and the templates of a bean with annotated methods
 * reach by reflection: the methods, their fallbacks, and what the expressions read.
 * Annotations that can never work are none of its business: the advisor reports them.
 */
final class LockedBeanAotProcessor implements BeanRegistrationAotProcessor {

	private static final List<Class<? extends Annotation>> ANNOTATIONS = List.of(ReadLock.class, WriteLock.class,
			DistributedLock.class);

	@Override
	public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean registeredBean) {
		Class<?> beanClass = ClassUtils.getUserClass(registeredBean.getBeanClass());
		List<MergedAnnotation<?>> onType = find(MergedAnnotations.from(beanClass, SearchStrategy.TYPE_HIERARCHY));
		Map<Method, List<MergedAnnotation<?>>> methods = MethodIntrospector.selectMethods(beanClass,
				(Method method) -> annotations(method, onType));
		if (methods.isEmpty()) {
			return null;
		}
		return (generationContext, beanRegistrationCode) -> {
			ReflectionHints hints = generationContext.getRuntimeHints().reflection();
			LockedMethodHints bean = new LockedMethodHints(hints, registeredBean.getBeanFactory(), beanClass);
			methods.forEach(bean::register);
		};
	}

	private static @Nullable List<MergedAnnotation<?>> annotations(Method method, List<MergedAnnotation<?>> onType) {
		List<MergedAnnotation<?>> own = find(MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY));
		if (!own.isEmpty()) {
			return own;
		}
		boolean covered = Modifier.isPublic(method.getModifiers()) && !Modifier.isStatic(method.getModifiers())
				&& method.getDeclaringClass() != Object.class;
		return (covered && !onType.isEmpty()) ? onType : null;
	}

	private static List<MergedAnnotation<?>> find(MergedAnnotations annotations) {
		return annotations.stream()
			.filter((annotation) -> ANNOTATIONS.contains(annotation.getType()))
			.<MergedAnnotation<?>>map((annotation) -> annotation)
			.toList();
	}

}
