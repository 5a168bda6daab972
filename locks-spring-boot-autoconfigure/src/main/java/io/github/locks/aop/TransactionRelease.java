package io.github.locks.aop;

import io.github.locks.LockOwner;
import org.jspecify.annotations.Nullable;

import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Holds locks that were taken in a transaction of the caller until that transaction has
 * ended, so that nobody enters before its changes are visible. A transaction whose lock
 * was lost is not committed. Loaded only if spring-tx is on the class path.
 * <p>
 * What is called before the commit runs under the locks; they are checked last. When the
 * transaction has ended they are given back first, so that what follows it, such as the
 * listeners of {@code @TransactionalEventListener}, runs without them.
 */
final class TransactionRelease implements ThreadTransactions {

	@Override
	public @Nullable TransactionLocks current() {
		if (!TransactionSynchronizationManager.isSynchronizationActive()
				|| !TransactionSynchronizationManager.isActualTransactionActive()) {
			return null;
		}
		if (TransactionSynchronizationManager.getResource(this) instanceof TransactionLocks known
				&& !known.hasEnded()) {
			return known;
		}
		TransactionLocks locks = new TransactionLocks(LockOwner.current());
		Release release = new Release(this, locks);
		TransactionSynchronizationManager.registerSynchronization(release);
		TransactionSynchronizationManager.registerSynchronization(new Check(locks));
		release.resume();
		return locks;
	}

	/**
	 * Ends with its transaction, perhaps on another thread: a JTA transaction may be
	 * rolled back by its manager. The thread that began it finds ended locks then, and
	 * puts others in their place; on the other thread nothing is taken away.
	 */
	private record Release(Object key, TransactionLocks locks) implements TransactionSynchronization {

		@Override
		public int getOrder() {
			return HIGHEST_PRECEDENCE;
		}

		@Override
		public void suspend() {
			TransactionSynchronizationManager.unbindResourceIfPossible(this.key);
		}

		@Override
		public void resume() {
			TransactionSynchronizationManager.unbindResourceIfPossible(this.key);
			TransactionSynchronizationManager.bindResource(this.key, this.locks);
		}

		@Override
		public void afterCompletion(int status) {
			if (TransactionSynchronizationManager.getResource(this.key) == this.locks) {
				TransactionSynchronizationManager.unbindResource(this.key);
			}
			this.locks.close();
		}

	}

	private record Check(TransactionLocks locks) implements TransactionSynchronization {

		@Override
		public int getOrder() {
			return LOWEST_PRECEDENCE;
		}

		@Override
		public void beforeCommit(boolean readOnly) {
			this.locks.checkHeld();
		}

	}

}
