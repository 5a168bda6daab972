package io.github.locks.aop;

import java.lang.reflect.Method;
import java.util.function.Supplier;

import io.github.locks.LockManager;
import org.aopalliance.aop.Advice;

import org.springframework.aop.ClassFilter;
import org.springframework.aop.Pointcut;
import org.springframework.aop.support.AbstractPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.Ordered;

/**
 * Runs methods that are annotated with {@code @ReadLock}, {@code @WriteLock} or
 * {@code @DistributedLock} under their lock.
 * <p>
 * Stands outside of the transaction and cache advice, so that a transaction has ended
 * when its lock is given back. Annotations are read and checked when the bean they stand
 * on is created. The lock manager is asked for at the first call that locks, no earlier.
 * <p>
 * Safe for use by several threads.
 */
public final class LockAdvisor extends AbstractPointcutAdvisor implements SmartInitializingSingleton {

	static final int ORDER = Ordered.LOWEST_PRECEDENCE - 1000;

	private final transient Pointcut pointcut;

	private final transient Advice advice;

	private final transient EarlyBeans earlyBeans;

	private final transient ConfigurableBeanFactory beanFactory;

	/**
	 * Creates the advisor.
	 * @param locks where the locks come from; asked at the first call that locks
	 * @param beanFactory resolves the placeholders and beans that annotations name
	 * @param validation what to do about annotations that can never work
	 * @param releaseAfterTransaction whether a lock that was taken in a transaction of
	 * the caller is held until that transaction has ended
	 */
	public LockAdvisor(Supplier<LockManager> locks, ConfigurableBeanFactory beanFactory, Validation validation,
			boolean releaseAfterTransaction) {
		StartUpReport report = new StartUpReport(validation);
		LockedMethods methods = new LockedMethods(new LockedMethodFactory(beanFactory), report,
				new ClassChecks(beanFactory, report));
		this.earlyBeans = new EarlyBeans(methods, report);
		this.beanFactory = beanFactory;
		this.pointcut = new LockPointcut(methods);
		this.advice = new LockInterceptor(methods, locks, releaseAfterTransaction);
		setOrder(ORDER);
	}

	/**
	 * Creates a check of the finished beans: no transaction of a method may be outside of
	 * its lock.
	 * @param validation what to do about one that is
	 * @return the check
	 */
	public static BeanPostProcessor orderCheck(Validation validation) {
		return new AdviceOrderCheck(new StartUpReport(validation));
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (this.beanFactory instanceof ConfigurableListableBeanFactory listable) {
			this.earlyBeans.check(listable);
		}
	}

	@Override
	public Pointcut getPointcut() {
		return this.pointcut;
	}

	@Override
	public Advice getAdvice() {
		return this.advice;
	}

	/**
	 * What to do about annotations that can never work, and about those that may not.
	 */
	public enum Validation {

		/** As {@link #FAIL}, and calls past the proxy stop the start too. */
		STRICT,

		/**
		 * What can never work stops the start; what may be a mistake is a warning.
		 */
		FAIL,

		/** Log a warning at start-up; calls that cannot work fail. */
		WARN,

		/** Say nothing at start-up; calls that cannot work fail. */
		OFF

	}

	private static final class LockPointcut extends StaticMethodMatcherPointcut {

		private final LockedMethods methods;

		LockPointcut(LockedMethods methods) {
			this.methods = methods;
			ClassFilter filter = methods::areIn;
			setClassFilter(filter);
		}

		@Override
		public boolean matches(Method method, Class<?> targetClass) {
			return this.methods.contains(method, targetClass);
		}

	}

}
