package io.github.locks.aop;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import io.github.locks.InvalidLockNameException;
import io.github.locks.LockNames;
import io.github.locks.LockType;
import io.github.locks.aop.LockDeclaration.Attribute;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.core.ResolvableType;
import org.springframework.expression.BeanResolver;
import org.springframework.util.ClassUtils;

/**
 * Reads and checks the annotations of a method. What passes here can work.
 */
final class LockedMethodFactory {

	private final Placeholders placeholders;

	private final BeanResolver beans;

	private final Predicate<String> isBean;

	LockedMethodFactory(ConfigurableBeanFactory beanFactory) {
		this.placeholders = new Placeholders(beanFactory);
		this.beans = new BeanFactoryResolver(beanFactory);
		this.isBean = beanFactory::containsBean;
	}

	/**
	 * Reads the annotations of a method.
	 * @param method the most specific method, no bridge
	 * @param annotations those of the class of the bean
	 * @return its locks, or {@code null} if the method is not to be locked
	 * @throws InvalidLockAnnotationException if an annotation can never work
	 */
	@Nullable LockedMethod create(Method method, LockAnnotations annotations) {
		Class<?> targetClass = annotations.targetClass();
		List<MethodLock> locks = new ArrayList<>();
		ReturnType returns = null;
		for (LockDeclaration declaration : annotations.find(method)) {
			if (isMeant(declaration, method)) {
				checkProxyable(declaration, method, targetClass);
				returns = ReturnType.of(declaration, method, targetClass);
				locks.add(lock(declaration, method, targetClass));
			}
		}
		if (returns == null) {
			return null;
		}
		checkDistinct(locks);
		return new LockedMethod(locks, label(method, targetClass), returns, skipped(method, targetClass, returns),
				TokenParameter.find(method, locks));
	}

	private static @Nullable Object skipped(Method method, Class<?> targetClass, ReturnType returns) {
		ResolvableType type = ResolvableType.forMethodReturnType(method, targetClass);
		return ReturnType
			.empty((returns.kind() == ReturnType.Kind.FUTURE) ? type.getGeneric(0).toClass() : type.toClass());
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
		if (!isVisible(method, targetClass)) {
			throw declaration.invalidMethod(
					"a package-private method of another package is called past the proxy, and runs without the lock",
					"Make " + method.getDeclaringClass().getName() + "." + method.getName()
							+ " public or protected, or take the lock inside the method through the LockManager.");
		}
		boolean isFinal = Modifier.isFinal(modifiers) && !Modifier.isFinal(targetClass.getModifiers());
		if (Modifier.isPrivate(modifiers) || Modifier.isStatic(modifiers) || isFinal) {
			String kind = Modifier.isPrivate(modifiers) ? "private" : (isFinal ? "final" : "static");
			throw declaration.invalidMethod("a " + kind + " method is called past the proxy, and runs without the lock",
					"Remove '" + kind + "', or take the lock inside the method through the LockManager.");
		}
	}

	/**
	 * Whether a subclass of the bean's class, in its package, can override the method.
	 */
	private static boolean isVisible(Method method, Class<?> targetClass) {
		Class<?> declaring = method.getDeclaringClass();
		boolean packagePrivate = (method.getModifiers()
				& (Modifier.PUBLIC | Modifier.PROTECTED | Modifier.PRIVATE)) == 0;
		return !packagePrivate || (declaring.getPackageName().equals(targetClass.getPackageName())
				&& declaring.getClassLoader() == targetClass.getClassLoader());
	}

	private MethodLock lock(LockDeclaration declaration, Method method, Class<?> targetClass) {
		ArgumentNames names = ArgumentNames.of(declaration, method);
		ResourceTemplate template = new TemplateParser(declaration, this.placeholders, names, this.isBean)
			.parse(this.beans);
		checkName(declaration, template.shortest());
		MethodLock.Timing timing = new MethodLock.Timing(
				Durations.zeroOrMore(declaration, Attribute.TIMEOUT, this.placeholders),
				Durations.moreThanZero(declaration, Attribute.LEASE, this.placeholders),
				Durations.moreThanZero(declaration, Attribute.MINIMUM_HOLD, this.placeholders));
		checkTiming(declaration, timing);
		return new MethodLock(declaration, template,
				Condition.parse(declaration, this.placeholders, names, this.isBean),
				Fallback.find(declaration, method, targetClass), timing, label(method, targetClass));
	}

	private static void checkName(LockDeclaration declaration, String name) {
		try {
			LockNames.check(name);
		}
		catch (InvalidLockNameException ex) {
			throw declaration.invalid(Attribute.RESOURCE, "it is not a valid name", String.valueOf(ex.getMessage()),
					ex);
		}
	}

	private static void checkTiming(LockDeclaration declaration, MethodLock.Timing timing) {
		if (timing.lease() != null && timing.minimumHold() != null
				&& timing.minimumHold().compareTo(timing.lease()) > 0) {
			throw declaration.invalid(Attribute.MINIMUM_HOLD, "the lease ends before that time is over",
					"Make 'minimumHold' shorter than 'lease'.", null);
		}
	}

	/**
	 * Templates that look different may name the same resource, once their placeholders
	 * are replaced.
	 */
	private static void checkDistinct(List<MethodLock> locks) {
		Map<List<Object>, LockDeclaration> seen = new HashMap<>();
		for (MethodLock lock : locks) {
			LockDeclaration declaration = lock.declaration();
			String literal = lock.template().literal();
			String name = (literal != null) ? literal : declaration.resource();
			LockDeclaration other = seen.put(List.of(lock.type() == LockType.DISTRIBUTED, literal != null, name),
					declaration);
			if (other != null) {
				throw new InvalidLockAnnotationException(
						other.annotation() + " and " + declaration.annotation() + " on " + declaration.where()
								+ " cannot be combined: both lock " + LockNames.quote(name) + ".",
						"Keep one of them; the write lock keeps readers out too.");
			}
		}
	}

	private static String label(Method method, Class<?> targetClass) {
		String name = targetClass.getSimpleName();
		return (name.isEmpty() ? ClassUtils.getShortName(targetClass) : name) + "." + method.getName();
	}

}
