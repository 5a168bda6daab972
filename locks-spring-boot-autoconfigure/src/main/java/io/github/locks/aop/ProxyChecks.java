package io.github.locks.aop;

import java.lang.annotation.Annotation;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.config.AopConfigUtils;
import org.springframework.aop.framework.ProxyConfig;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.ProxyProcessorSupport;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ClassUtils;

/**
 * Knows which classes no proxy can be made for, before the attempt fails with a message
 * that does not speak of locks.
 */
final class ProxyChecks {

	private ProxyChecks() {
	}

	/**
	 * Returns why no proxy can be made for a class.
	 * @param userClass the class of a bean, not that of its proxy
	 * @param jdkProxiesAllowed whether a proxy of its interfaces is made for a class that
	 * has some
	 * @return the reason, or {@code null} if one can be made
	 */
	static @Nullable String problemOf(Class<?> userClass, boolean jdkProxiesAllowed) {
		String kind = kind(userClass);
		if (kind == null || isProxiedByInterfaces(userClass)
				|| (jdkProxiesAllowed && Interfaces.areProxied(userClass))) {
			return null;
		}
		return "no proxy can be made of " + kind + ", because it cannot have a subclass";
	}

	private static @Nullable String kind(Class<?> type) {
		if (type.isEnum()) {
			return "an enum";
		}
		if (type.isRecord()) {
			return "a record";
		}
		if (type.isSealed()) {
			return "a sealed class";
		}
		return Modifier.isFinal(type.getModifiers()) ? "a final class" : null;
	}

	/**
	 * Returns what to do about a class that no proxy can be made for.
	 */
	static String remedyFor(Class<?> type) {
		String otherwise = "or take the lock inside the method through the LockManager.";
		if (type.isEnum() || type.isRecord()) {
			return "Move the method to a class, " + otherwise;
		}
		if (isKotlin(type)) {
			return "Apply the 'kotlin-spring' compiler plugin, which opens the classes of beans, or write 'open'"
					+ " before the class and the method, " + otherwise;
		}
		return "Remove '" + (type.isSealed() ? "sealed" : "final") + "' from the class, " + otherwise;
	}

	private static boolean isKotlin(Class<?> type) {
		return Arrays.stream(type.getAnnotations())
			.map(Annotation::annotationType)
			.anyMatch((annotation) -> annotation.getName().equals("kotlin.Metadata"));
	}

	/**
	 * Whether the class is one that always gets a proxy of its interfaces.
	 */
	private static boolean isProxiedByInterfaces(Class<?> type) {
		return Proxy.isProxyClass(type) || ClassUtils.isLambdaClass(type);
	}

	/**
	 * Whether some class that has interfaces gets a proxy of them, and not of itself. If
	 * that is not known, it is assumed.
	 */
	static boolean jdkProxiesAllowed(ConfigurableBeanFactory beanFactory) {
		Object creator = beanFactory.getSingleton(AopConfigUtils.AUTO_PROXY_CREATOR_BEAN_NAME);
		boolean classesOnly = creator instanceof ProxyConfig config && config.isProxyTargetClass();
		return !classesOnly
				|| (beanFactory instanceof ConfigurableListableBeanFactory listable && hasExceptions(listable));
	}

	/**
	 * Whether a bean says with {@code @Proxyable} that it gets a proxy of its interfaces
	 * all the same.
	 */
	private static boolean hasExceptions(ConfigurableListableBeanFactory beanFactory) {
		return Arrays.stream(beanFactory.getBeanDefinitionNames())
			.map(beanFactory::getBeanDefinition)
			.anyMatch((definition) -> definition.hasAttribute(AutoProxyUtils.EXPOSED_INTERFACES_ATTRIBUTE));
	}

	/**
	 * Decides as Spring does which interfaces are worth a proxy.
	 */
	@SuppressWarnings("serial")
	private static final class Interfaces extends ProxyProcessorSupport {

		static boolean areProxied(Class<?> type) {
			ProxyFactory factory = new ProxyFactory();
			new Interfaces().evaluateProxyInterfaces(type, factory);
			return !factory.isProxyTargetClass();
		}

	}

}
