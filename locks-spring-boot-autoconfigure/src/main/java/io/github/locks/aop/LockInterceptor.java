package io.github.locks.aop;

import java.util.function.Supplier;

import io.github.locks.LockManager;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;
import org.springframework.util.function.SingletonSupplier;

/**
 * Sends a call the way that fits what its method returns.
 */
final class LockInterceptor implements MethodInterceptor {

	private static final ClassLoader LOADER = LockInterceptor.class.getClassLoader();

	private static final boolean TRANSACTIONS_PRESENT = ClassUtils
		.isPresent("org.springframework.transaction.support.TransactionSynchronizationManager", LOADER);

	private static final boolean REACTOR_PRESENT = ClassUtils.isPresent("reactor.core.publisher.Flux", LOADER);

	private final LockedMethods methods;

	private final LockedCall plain;

	private final LockedCall future;

	private final LockedCall reactive;

	LockInterceptor(LockedMethods methods, Supplier<LockManager> locks, boolean releaseAfterTransaction) {
		this.methods = methods;
		Supplier<LockManager> manager = SingletonSupplier.of(locks)::obtain;
		boolean deferred = releaseAfterTransaction && TRANSACTIONS_PRESENT;
		ThreadTransactions transactions = deferred ? new TransactionRelease() : () -> null;
		this.plain = new PlainCall(manager, transactions);
		this.future = new FutureCall(manager, transactions);
		this.reactive = REACTOR_PRESENT ? new ReactiveCall(manager, deferred ? new ReactiveTransactionRelease() : null)
				: this.plain;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		LockedMethod method = this.methods.get(invocation.getMethod(), targetClass(invocation));
		if (method == null) {
			return invocation.proceed();
		}
		LockedCall call = switch (method.returns().kind()) {
			case PLAIN -> this.plain;
			case FUTURE -> this.future;
			case REACTIVE -> this.reactive;
		};
		return call.invoke(invocation, method);
	}

	private static Class<?> targetClass(MethodInvocation invocation) {
		Object target = invocation.getThis();
		return (target != null) ? target.getClass() : invocation.getMethod().getDeclaringClass();
	}

}
