package io.github.locks.aop;

import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Holds locks that were taken in a transaction of the caller until that transaction has
 * ended, so that nobody enters before its changes are visible. A transaction whose lock
 * was lost is not committed. Loaded only if spring-tx is on the class path.
 */
final class TransactionRelease implements DeferredRelease {

	@Override
	public boolean isDue() {
		return TransactionSynchronizationManager.isSynchronizationActive()
				&& TransactionSynchronizationManager.isActualTransactionActive();
	}

	@Override
	public boolean takeOver(HeldLocks held) {
		if (!isDue()) {
			return false;
		}
		TransactionSynchronizationManager.registerSynchronization(new Release(held));
		return true;
	}

	private record Release(HeldLocks held) implements TransactionSynchronization {

		@Override
		public void beforeCommit(boolean readOnly) {
			this.held.checkHeld();
		}

		@Override
		public void afterCompletion(int status) {
			this.held.close();
		}

	}

}
