package io.github.locks.benchmarks;

import io.github.locks.benchmarks.Beans.Advised;
import io.github.locks.benchmarks.Beans.Locked;
import io.github.locks.benchmarks.Beans.Named;
import io.github.locks.benchmarks.Beans.Order;
import io.github.locks.benchmarks.Beans.Woven;
import io.github.locks.benchmarks.Beans.WovenAndBound;

import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanFactory;

/**
 * The calls that are compared. All go through a CGLIB proxy that Spring made.
 */
public enum AnnotatedCall {

	/** The price of a proxy. */
	UNADVISED("a method without advice", Advised.class, Advised::unadvised),

	/** The least that an advice costs. */
	ADVISOR("advisor with a MethodInterceptor, empty", Advised.class, Advised::call),

	/** The least that an aspect costs. */
	AROUND("@Around, empty", Woven.class, Woven::call),

	/** How aspects for annotations are usually written. */
	AROUND_BOUND("@Around with the annotation bound, empty", WovenAndBound.class, WovenAndBound::call),

	/** Our interceptor alone. */
	STUB_LITERAL("our interceptor without a lock, orders", Locked.class, Locked::literal),

	/** Our interceptor and the name. */
	STUB_ARGUMENT("our interceptor without a lock, orders:#{#id}", Locked.class, Locked::argument),

	/** The name as most aspects make it, without a lock. */
	SPEL("advisor that evaluates 'orders:' + #id, cached and compiled", Named.class, Named::call),

	/** With the lock. */
	LITERAL("@WriteLock, orders", Locked.class, Locked::literal),

	/** An argument in the name. */
	ARGUMENT("@WriteLock, orders:#{#id}", Locked.class, Locked::argument),

	/** A property of an argument in the name. */
	PROPERTY("@WriteLock, orders:#{#order.id}", Locked.class, (bean, id) -> bean.property(Order.SAMPLE)),

	/** What a method returns in the name. */
	METHOD("@WriteLock, orders:#{#order.key()}", Locked.class, (bean, id) -> bean.method(Order.SAMPLE));

	private final String label;

	private final Factory factory;

	<T> AnnotatedCall(String label, Class<T> type, BeanCall<T> call) {
		this.label = label;
		this.factory = (beans) -> {
			T bean = beans.getBean(type);
			if (!AopUtils.isCglibProxy(bean)) {
				throw new IllegalStateException(type + " has no proxy");
			}
			return (id) -> call.run(bean, id);
		};
	}

	/** Whether the lock manager is one that does nothing. */
	boolean isStubbed() {
		return this == STUB_LITERAL || this == STUB_ARGUMENT;
	}

	Call of(BeanFactory beans) {
		return this.factory.create(beans);
	}

	@Override
	public String toString() {
		return this.label;
	}

	/** A call with its bean. */
	interface Call {

		long run(long id);

	}

	/** A call of a bean. */
	interface BeanCall<T> {

		long run(T bean, long id);

	}

	private interface Factory {

		Call create(BeanFactory beans);

	}

}
