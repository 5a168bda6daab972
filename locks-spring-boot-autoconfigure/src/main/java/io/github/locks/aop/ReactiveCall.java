package io.github.locks.aop;

import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

import io.github.locks.LockManager;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

import org.springframework.core.ReactiveAdapter;

/**
 * Calls whose work is over when the subscription to what they return ends. Each
 * subscription takes the locks, without blocking a thread, then runs the method. Loaded
 * only if Reactor is on the class path.
 */
final class ReactiveCall implements LockedCall {

	private final Supplier<LockManager> locks;

	private final @Nullable ReactiveTransactionRelease release;

	/**
	 * Creates a call.
	 * @param release holds locks until a transaction ends, or {@code null} if they are
	 * given back at the end of each call
	 */
	ReactiveCall(Supplier<LockManager> locks, @Nullable ReactiveTransactionRelease release) {
		this.locks = locks;
		this.release = release;
	}

	@Override
	public Object invoke(MethodInvocation invocation, LockedMethod method) {
		ReactiveAdapter adapter = Objects.requireNonNull(ReturnType.adapter(method.returns().type()));
		Flux<Object> locked = locked(invocation, method, adapter);
		Publisher<Object> publisher = adapter.isMultiValue() ? locked : locked.singleOrEmpty();
		return adapter.fromPublisher(publisher);
	}

	private Flux<Object> locked(MethodInvocation invocation, LockedMethod method, ReactiveAdapter adapter) {
		List<PlannedLock> plan;
		try {
			plan = method.plan(invocation);
		}
		catch (RuntimeException ex) {
			return Flux.error(ex);
		}
		ReactiveWork work = new ReactiveWork(invocation, method, adapter);
		return Flux.deferContextual(
				(context) -> new LockedSubscription(this.locks.get(), work, this.release).start(plan, context));
	}

}
