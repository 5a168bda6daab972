package io.github.locks.aop;

import java.util.Arrays;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.scope.ScopedObject;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Finds beans that have lock annotations but no proxy, because they were created too
 * early for one, or not by the context.
 */
final class EarlyBeans {

	private final LockedMethods methods;

	private final StartUpReport report;

	EarlyBeans(LockedMethods methods, StartUpReport report) {
		this.methods = methods;
		this.report = report;
	}

	/**
	 * Looks at all of them, and at all other beans that were created by now.
	 * @throws InvalidLockAnnotationException if one is to stop the start
	 */
	void check(ConfigurableListableBeanFactory beanFactory) {
		if (!this.report.isOn()) {
			return;
		}
		for (String name : beanFactory.getSingletonNames()) {
			Object bean = beanFactory.getSingleton(name);
			if (bean != null && !(bean instanceof ScopedObject) && !isAdvised(bean)) {
				check(name, bean);
			}
		}
	}

	private static boolean isAdvised(Object bean) {
		for (Object object = bean; object instanceof Advised proxy; object = AopProxyUtils.getSingletonTarget(proxy)) {
			if (Arrays.stream(proxy.getAdvisors()).anyMatch(LockAdvisor.class::isInstance)) {
				return true;
			}
		}
		return false;
	}

	private void check(String name, Object bean) {
		Class<?> type = AopProxyUtils.ultimateTargetClass(bean);
		if (!this.methods.areIn(type)) {
			return;
		}
		InvalidLockAnnotationException problem = new InvalidLockAnnotationException(
				"The lock annotations of " + type.getName() + " (bean '" + name
						+ "') have no effect: the bean has no proxy, because it was created before proxies can be made,"
						+ " or not by the application context.",
				"Do not inject it into beans that process other beans or definitions; or take its locks through the"
						+ " LockManager.");
		if (bean instanceof BeanPostProcessor || bean instanceof BeanFactoryPostProcessor) {
			this.report.impossible(problem, "");
		}
		else {
			this.report.doubtful(problem);
		}
	}

}
