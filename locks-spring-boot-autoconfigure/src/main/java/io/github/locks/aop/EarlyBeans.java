package io.github.locks.aop;

import java.util.stream.Stream;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Finds beans that are created before any bean can have a proxy, and have lock
 * annotations all the same.
 */
final class EarlyBeans {

	private final LockedMethods methods;

	private final StartUpReport report;

	EarlyBeans(LockedMethods methods, StartUpReport report) {
		this.methods = methods;
		this.report = report;
	}

	/**
	 * Looks at all of them.
	 * @throws InvalidLockAnnotationException if one is to stop the start
	 */
	void check(ListableBeanFactory beanFactory) {
		if (this.report.isOn()) {
			Stream.of(BeanPostProcessor.class, BeanFactoryPostProcessor.class)
				.flatMap((type) -> beanFactory.getBeansOfType(type, false, false).entrySet().stream())
				.filter((entry) -> !AopUtils.isAopProxy(entry.getValue()))
				.forEach((entry) -> check(entry.getKey(), AopProxyUtils.ultimateTargetClass(entry.getValue())));
		}
	}

	private void check(String name, Class<?> type) {
		if (this.methods.areIn(type)) {
			this.report.impossible(new InvalidLockAnnotationException(
					"The lock annotations of " + type.getName() + " (bean '" + name
							+ "') can never work: it is created before proxies can be made.",
					"Move the annotated methods to a bean that does not process other beans."), "");
		}
	}

}
