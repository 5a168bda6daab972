package io.github.locks.aop;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;

import io.github.locks.InvalidLockNameException;
import io.github.locks.LockNames;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.expression.BeanResolver;
import org.springframework.util.ClassUtils;

/**
 * Reads and checks the annotation of a method. What passes here can work.
 */
final class LockedMethodFactory {

	private final Placeholders placeholders;

	private final BeanResolver beans;

	LockedMethodFactory(ConfigurableBeanFactory beanFactory) {
		this.placeholders = new Placeholders(beanFactory);
		this.beans = new BeanFactoryResolver(beanFactory);
	}

	/**
	 * Reads the annotation of a method.
	 * @param method the most specific method, no bridge
	 * @param targetClass the class of the bean
	 * @return the lock, or {@code null} if the method is not to be locked
	 * @throws InvalidLockAnnotationException if the annotation can never work
	 */
	@Nullable LockedMethod create(Method method, Class<?> targetClass) {
		LockDeclaration declaration = LockAnnotations.find(method, targetClass);
		if (declaration == null || !isMeant(declaration, method)) {
			return null;
		}
		checkProxyable(declaration, method, targetClass);
		ReturnType returns = ReturnType.of(declaration, method, targetClass);
		ResourceTemplate template = template(declaration, method);
		String label = label(targetClass) + "." + method.getName();
		return new LockedMethod(declaration, template, Timeouts.parse(declaration, this.placeholders), label, returns);
	}

	/**
	 * An annotation on a class does not reach final methods that the class inherited: it
	 * has no say in them.
	 */
	private static boolean isMeant(LockDeclaration declaration, Method method) {
		return declaration.isOnMethod() || !Modifier.isFinal(method.getModifiers())
				|| declaration.annotated() == method.getDeclaringClass();
	}

	private static void checkProxyable(LockDeclaration declaration, Method method, Class<?> targetClass) {
		int modifiers = method.getModifiers();
		boolean isFinal = Modifier.isFinal(modifiers) && !Modifier.isFinal(targetClass.getModifiers());
		if (Modifier.isPrivate(modifiers) || Modifier.isStatic(modifiers) || isFinal) {
			String kind = Modifier.isPrivate(modifiers) ? "private" : (isFinal ? "final" : "static");
			throw declaration.invalidMethod("a " + kind + " method is called past the proxy, without the lock",
					"Remove '" + kind + "', or take the lock inside the method through the LockManager.");
		}
	}

	private ResourceTemplate template(LockDeclaration declaration, Method method) {
		TemplateParser parser = new TemplateParser(declaration, this.placeholders,
				ArgumentNames.of(declaration, method));
		ResourceTemplate template = parser.parse(this.beans);
		String literal = template.literal();
		if (literal != null) {
			checkName(declaration, literal);
		}
		return template;
	}

	private static void checkName(LockDeclaration declaration, String name) {
		try {
			LockNames.check(name);
		}
		catch (InvalidLockNameException ex) {
			throw declaration.invalidResource("it is not a valid name", String.valueOf(ex.getMessage()), ex);
		}
	}

	private static String label(Class<?> targetClass) {
		String name = targetClass.getSimpleName();
		return name.isEmpty() ? ClassUtils.getShortName(targetClass) : name;
	}

}
