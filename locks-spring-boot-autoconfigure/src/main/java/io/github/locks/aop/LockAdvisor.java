package io.github.locks.aop;

import java.util.function.Supplier;

import io.github.locks.LockManager;
import org.aopalliance.aop.Advice;

import org.springframework.aop.Pointcut;
import org.springframework.aop.support.AbstractPointcutAdvisor;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;

/** Skeleton. */
public final class LockAdvisor extends AbstractPointcutAdvisor {

	public LockAdvisor(Supplier<LockManager> locks, ConfigurableBeanFactory beanFactory, Validation validation,
			boolean releaseAfterTransaction) {
	}

	@Override
	public Pointcut getPointcut() {
		return Pointcut.TRUE;
	}

	@Override
	public Advice getAdvice() {
		throw new UnsupportedOperationException();
	}

	/** What to do about annotations that can never work. */
	public enum Validation {

		/** Fail. */
		FAIL,
		/** Warn. */
		WARN,
		/** Nothing. */
		OFF

	}

}
