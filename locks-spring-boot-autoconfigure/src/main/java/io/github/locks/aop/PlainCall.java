package io.github.locks.aop;

import java.util.List;
import java.util.function.Supplier;

import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Calls whose work is over when the method returns.
 */
final class PlainCall implements LockedCall {

	private final Supplier<LockManager> locks;

	private final ThreadTransactions transactions;

	PlainCall(Supplier<LockManager> locks, ThreadTransactions transactions) {
		this.locks = locks;
		this.transactions = transactions;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation, LockedMethod method) throws Throwable {
		List<PlannedLock> plan = method.plan(invocation);
		TransactionLocks transaction = plan.isEmpty() ? null : this.transactions.current();
		if (transaction == null) {
			return invoke(invocation, method, plan, null);
		}
		LockOwner.Scope scope = transaction.enter();
		try {
			return invoke(invocation, method, plan, transaction);
		}
		finally {
			scope.close();
		}
	}

	private @Nullable Object invoke(MethodInvocation invocation, LockedMethod method, List<PlannedLock> plan,
			@Nullable TransactionLocks transaction) throws Throwable {
		boolean kept;
		HeldLocks held;
		try {
			kept = transaction != null && !transaction.takeMissing(this.locks.get(), method, plan);
			held = HeldLocks.acquire(this.locks.get(), method, plan, null);
		}
		catch (LockRefusal refusal) {
			return refused(invocation, method, refusal);
		}
		return proceed(invocation, method, held, transaction != null && kept && transaction.keepHeld(held));
	}

	private static @Nullable Object refused(MethodInvocation invocation, LockedMethod method, LockRefusal refusal)
			throws Throwable {
		if (refusal.hasFallback()) {
			return refusal.callFallback(invocation);
		}
		if (refusal.isSkipped()) {
			return method.skipped();
		}
		throw refusal.failure();
	}

	/**
	 * Runs the method.
	 * @param kept whether the locks are held until a transaction has ended
	 */
	private static @Nullable Object proceed(MethodInvocation invocation, LockedMethod method, HeldLocks held,
			boolean kept) throws Throwable {
		Object result;
		try {
			result = run(invocation, method, held);
		}
		catch (Throwable ex) {
			if (kept) {
				held.addLoss(ex);
			}
			else {
				held.afterFailure(ex);
			}
			throw ex;
		}
		if (kept) {
			held.checkHeld();
		}
		else {
			held.afterSuccess();
		}
		return result;
	}

	private static @Nullable Object run(MethodInvocation invocation, LockedMethod method, HeldLocks held)
			throws Throwable {
		List<LockHandle> watched = method.isInterrupting() ? held.interrupting() : List.of();
		if (watched.isEmpty()) {
			return runEntered(invocation, method, held);
		}
		Interruption interruption = new Interruption(watched);
		Object result;
		try {
			result = runEntered(invocation, method, held);
		}
		catch (Throwable ex) {
			LockHandle lost = interruption.end();
			throw (lost != null) ? held.lost(lost, ex) : ex;
		}
		interruption.end();
		return result;
	}

	private static @Nullable Object runEntered(MethodInvocation invocation, LockedMethod method, HeldLocks held)
			throws Throwable {
		LockOwner.Scope scope = held.enter();
		try {
			method.passToken(invocation, held);
			Object result = invocation.proceed();
			method.checkFinished(result);
			return result;
		}
		finally {
			scope.close();
		}
	}

}
