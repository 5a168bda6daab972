package io.github.locks.aop;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.Supplier;

import io.github.locks.LockException;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Calls whose work is over when the future they return is done. The locks belong to the
 * call, not to the thread: a second call of the same thread has to wait.
 * <p>
 * The caller gets a {@link HeldFuture} where the declared type allows it, else the
 * original future, which others may then see done a moment before the locks are free.
 */
final class FutureCall implements LockedCall {

	private final Supplier<LockManager> locks;

	private final ThreadTransactions transactions;

	private final FutureWatcher watcher = new FutureWatcher();

	FutureCall(Supplier<LockManager> locks, ThreadTransactions transactions) {
		this.locks = locks;
		this.transactions = transactions;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation, LockedMethod method) throws Throwable {
		HeldLocks held;
		try {
			held = acquire(method, method.plan(invocation));
		}
		catch (LockRefusal refusal) {
			return refused(invocation, method, refusal);
		}
		catch (LockException ex) {
			return failed(method, ex);
		}
		Object work = proceed(invocation, method, held);
		if (work == null) {
			held.afterSuccess();
			return null;
		}
		return follow(work, method, held);
	}

	/**
	 * In a transaction of the caller, the owner of the transaction takes the locks first,
	 * and holds them until it has ended. The call enters as its descendant.
	 */
	private HeldLocks acquire(LockedMethod method, List<PlannedLock> plan) {
		LockManager manager = this.locks.get();
		TransactionLocks transaction = plan.isEmpty() ? null : this.transactions.current();
		if (transaction != null) {
			transaction.take(manager, method, transaction.missing(plan));
		}
		LockOwner caller = (transaction != null) ? transaction.caller() : LockOwner.current();
		return HeldLocks.acquire(manager, method, plan, caller.nested(LockedMethod.nextCall(caller.name())));
	}

	private static @Nullable Object refused(MethodInvocation invocation, LockedMethod method, LockRefusal refusal)
			throws Throwable {
		if (refusal.hasFallback()) {
			return refusal.callFallback(invocation);
		}
		if (refusal.isSkipped()) {
			return CompletableFuture.completedFuture(method.skipped());
		}
		return failed(method, refusal.failure());
	}

	@SuppressWarnings("FutureReturnValueIgnored") // the caller gets the future
	private static Object failed(LockedMethod method, RuntimeException failure) {
		if (method.returns().acceptsCompletableFuture()) {
			return CompletableFuture.failedFuture(failure);
		}
		throw failure;
	}

	private static @Nullable Object proceed(MethodInvocation invocation, LockedMethod method, HeldLocks held)
			throws Throwable {
		LockOwner.Scope scope = held.enterAsOwner();
		try {
			method.passToken(invocation, held);
			return invocation.proceed();
		}
		catch (Throwable ex) {
			held.afterFailure(ex);
			throw ex;
		}
		finally {
			scope.close();
		}
	}

	private Object follow(Object work, LockedMethod method, HeldLocks held) {
		HeldFuture future = new HeldFuture(work, method, held);
		try {
			if (work instanceof CompletionStage<?> stage) {
				stage.whenComplete(future::end);
			}
			else {
				this.watcher.watch((Future<?>) work, future);
			}
			held.interrupting().forEach((handle) -> handle.onLost(() -> future.lost(handle)));
		}
		catch (RuntimeException | Error ex) {
			held.afterFailure(ex);
			throw ex;
		}
		return method.returns().acceptsCompletableFuture() ? future : work;
	}

}
