package io.github.locks.aop;

import java.util.Objects;

import io.github.locks.LockOwner;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.interceptor.ExposeInvocationInterceptor;
import org.springframework.core.ReactiveAdapter;

/**
 * A call of a reactive method that can be made again for each subscription.
 *
 * @param invocation the call as the proxy made it
 * @param method how it is to be locked
 * @param adapter converts what the method returns
 */
record ReactiveWork(MethodInvocation invocation, LockedMethod method, ReactiveAdapter adapter) {

	/**
	 * Runs the method under its locks, for their owner.
	 * @return the work to subscribe to
	 */
	Publisher<Object> run(HeldLocks held) {
		LockOwner.Scope scope = held.enterAsOwner();
		try {
			return publisher(proceed(held));
		}
		catch (Throwable ex) {
			return Flux.error(ex);
		}
		finally {
			scope.close();
		}
	}

	/**
	 * Calls the fallback, without locks.
	 * @return the work to subscribe to
	 */
	Publisher<Object> runFallback(LockRefusal refusal) {
		try {
			return publisher(refusal.callFallback(this.invocation));
		}
		catch (Throwable ex) {
			return Flux.error(ex);
		}
	}

	private Publisher<Object> publisher(@Nullable Object result) {
		if (result == null) {
			return Flux.error(new IllegalStateException(this.method.label() + " returned null instead of a "
					+ this.method.returns().type().getSimpleName()));
		}
		Publisher<Object> work = this.adapter.toPublisher(result);
		return this.method.returns().open() ? Flux.from(work).doOnNext(this.method::checkFinished) : work;
	}

	/**
	 * The proxy call that made the invocation is over, so further interceptors find the
	 * copy where they would have found the original.
	 */
	private @Nullable Object proceed(HeldLocks held) throws Throwable {
		MethodInvocation copy = (this.invocation instanceof ProxyMethodInvocation proxied) ? proxied.invocableClone()
				: this.invocation;
		this.method.passToken(copy, held);
		if (KotlinFunctions.isSuspending(copy.getMethod()) && !held.isEmpty()) {
			@Nullable Object[] arguments = copy.getArguments();
			int last = arguments.length - 1;
			arguments[last] = CoroutineLocks.enter(Objects.requireNonNull(arguments[last]), held);
		}
		return ExposeInvocationInterceptor.INSTANCE.invoke(copy);
	}

}
