package io.github.locks.aop;

import io.github.locks.LockHandle;

import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Holds locks that were taken in a transaction of the caller until that transaction has
 * ended, so that nobody enters before its changes are visible. A transaction whose lock
 * was lost is not committed. Loaded only if spring-tx is on the class path.
 */
final class TransactionRelease implements DeferredRelease {

	@Override
	public boolean takeOver(LockHandle handle, LockedMethod method) {
		if (!TransactionSynchronizationManager.isSynchronizationActive()
				|| !TransactionSynchronizationManager.isActualTransactionActive()) {
			return false;
		}
		TransactionSynchronizationManager.registerSynchronization(new Release(handle, method));
		return true;
	}

	private record Release(LockHandle handle, LockedMethod method) implements TransactionSynchronization {

		@Override
		public void beforeCommit(boolean readOnly) {
			Releases.checkHeld(this.handle, this.method);
		}

		@Override
		public void afterCompletion(int status) {
			this.handle.close();
		}

	}

}
