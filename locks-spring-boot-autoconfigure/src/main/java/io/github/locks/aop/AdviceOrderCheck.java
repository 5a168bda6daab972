package io.github.locks.aop;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;

import org.aopalliance.aop.Advice;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.Advisor;
import org.springframework.aop.Pointcut;
import org.springframework.aop.PointcutAdvisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.beans.factory.config.SmartInstantiationAwareBeanPostProcessor;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.Ordered;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.transaction.interceptor.TransactionAttribute;
import org.springframework.transaction.interceptor.TransactionAttributeSource;
import org.springframework.util.ClassUtils;

/**
 * Looks at each finished proxy whether the lock is where it has to be: outside of the
 * transaction, and better outside of the cache too.
 * <p>
 * Has no order, so that it comes after those that make proxies. Safe for use by several
 * threads.
 */
final class AdviceOrderCheck implements SmartInstantiationAwareBeanPostProcessor {

	private final StartUpReport report;

	AdviceOrderCheck(StartUpReport report) {
		this.report = report;
	}

	@Override
	public Object getEarlyBeanReference(Object bean, String beanName) {
		check(bean);
		return bean;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		check(bean);
		return bean;
	}

	private void check(Object bean) {
		if (!this.report.isOn() || !(bean instanceof Advised)) {
			return;
		}
		List<Advisor> chain = chain(bean);
		for (Advisor advisor : chain) {
			if (advisor instanceof LockAdvisor lock) {
				chain.subList(0, chain.indexOf(lock)).forEach((outer) -> check(outer, lock, bean));
				return;
			}
		}
	}

	/**
	 * Returns the advisors of a proxy, and of the proxies in it, from the outermost in.
	 */
	private static List<Advisor> chain(@Nullable Object bean) {
		List<Advisor> chain = new ArrayList<>();
		for (Object object = bean; object instanceof Advised proxy; object = AopProxyUtils.getSingletonTarget(proxy)) {
			chain.addAll(List.of(proxy.getAdvisors()));
		}
		return chain;
	}

	private void check(Advisor outer, LockAdvisor lock, Object bean) {
		OuterAdvice advice = OuterAdvice.of(outer);
		Class<?> type = ClassUtils.getUserClass(AopProxyUtils.ultimateTargetClass(bean));
		Method method = (advice != null) ? common(outer, lock, type) : null;
		if (advice != null && method != null) {
			report(advice, order(outer), lock, type.getName() + "." + method.getName());
		}
	}

	private void report(OuterAdvice advice, int order, LockAdvisor lock, String where) {
		String problem = "The " + advice.noun() + " of " + where + " (order " + order
				+ ") is outside of its lock (order " + lock.getOrder() + "): " + advice.consequence() + ".";
		String remedy = (order > lock.getOrder())
				? "Let the " + advice.noun()
						+ " and the lock be advice of one proxy: remove the proxy creator that adds it."
				: "Leave out the order in " + advice.annotation() + "(order = ...), or make it greater than "
						+ lock.getOrder() + ".";
		InvalidLockAnnotationException wrong = new InvalidLockAnnotationException(problem, remedy);
		if (advice == OuterAdvice.TRANSACTION) {
			this.report.impossible(wrong, "");
		}
		else {
			this.report.warn(wrong);
		}
	}

	/**
	 * Returns a method that two advisors apply to.
	 * @return the first by name, or {@code null} if there is none
	 */
	private static @Nullable Method common(Advisor one, Advisor other, Class<?> type) {
		return MethodIntrospector
			.selectMethods(type, (Method method) -> applies(one, method, type) && applies(other, method, type))
			.stream()
			.min((first, second) -> first.toString().compareTo(second.toString()))
			.orElse(null);
	}

	private static boolean applies(Advisor advisor, Method method, Class<?> type) {
		if (!(advisor instanceof PointcutAdvisor withPointcut)) {
			return true;
		}
		Pointcut pointcut = withPointcut.getPointcut();
		return pointcut.getClassFilter().matches(type) && pointcut.getMethodMatcher().matches(method, type)
				&& (OuterAdvice.of(advisor) != OuterAdvice.TRANSACTION
						|| Transactions.apply(advisor.getAdvice(), method, type));
	}

	private static int order(Advisor advisor) {
		return (advisor instanceof Ordered ordered) ? ordered.getOrder() : Ordered.LOWEST_PRECEDENCE;
	}

	/**
	 * Loaded only where there is a transaction advice.
	 */
	private static final class Transactions {

		static boolean apply(Advice advice, Method method, Class<?> type) {
			TransactionAttributeSource source = (advice instanceof TransactionAspectSupport support)
					? support.getTransactionAttributeSource() : null;
			if (source == null) {
				return true;
			}
			TransactionAttribute attribute = source.getTransactionAttribute(method, type);
			return attribute != null
					&& attribute.getPropagationBehavior() != TransactionDefinition.PROPAGATION_NOT_SUPPORTED
					&& attribute.getPropagationBehavior() != TransactionDefinition.PROPAGATION_NEVER;
		}

	}

	/**
	 * Advice that the lock has to be outside of. Told by name, because its library may
	 * not be there.
	 */
	private enum OuterAdvice {

		TRANSACTION("transaction", "@EnableTransactionManagement",
				"it begins before the lock is taken, so it may not see what the holder before has written",
				"org.springframework.transaction.interceptor.BeanFactoryTransactionAttributeSourceAdvisor",
				"org.springframework.transaction.interceptor.TransactionAspectSupport"),

		CACHE("cache", "@EnableCaching", "what is in the cache is returned without the lock",
				"org.springframework.cache.interceptor.BeanFactoryCacheOperationSourceAdvisor",
				"org.springframework.cache.interceptor.CacheAspectSupport");

		private final String noun;

		private final String annotation;

		private final String consequence;

		private final String advisorType;

		private final String adviceType;

		OuterAdvice(String noun, String annotation, String consequence, String advisorType, String adviceType) {
			this.noun = noun;
			this.annotation = annotation;
			this.consequence = consequence;
			this.advisorType = advisorType;
			this.adviceType = adviceType;
		}

		/**
		 * Returns the kind of an advisor. Does not ask advisors that are known for their
		 * advice, as that would create it.
		 * @return the kind, or {@code null} if it is of no interest
		 */
		static @Nullable OuterAdvice of(Advisor advisor) {
			for (OuterAdvice kind : values()) {
				if (extendsType(advisor.getClass(), kind.advisorType)) {
					return kind;
				}
			}
			for (OuterAdvice kind : values()) {
				if (extendsType(advisor.getAdvice().getClass(), kind.adviceType)) {
					return kind;
				}
			}
			return null;
		}

		private static boolean extendsType(Class<?> type, String name) {
			for (Class<?> current = type; current != null; current = current.getSuperclass()) {
				if (current.getName().equals(name)) {
					return true;
				}
			}
			return false;
		}

		String noun() {
			return this.noun;
		}

		String annotation() {
			return this.annotation;
		}

		String consequence() {
			return this.consequence;
		}

	}

}
