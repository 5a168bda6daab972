package io.github.locks.aop;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;

import io.github.locks.LockOwner;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.transaction.NoTransactionException;
import org.springframework.transaction.reactive.TransactionSynchronization;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;

/**
 * Does for reactive transactions what {@link TransactionRelease} does for those of a
 * thread. An owner of its own stands for the transaction: it takes the locks first, and
 * holds them until the transaction has ended; the calls in the transaction enter as its
 * children. Loaded only if spring-tx is on the class path.
 */
final class ReactiveTransactionRelease {

	/**
	 * Takes locks for the transaction of the subscriber, if there is one.
	 * @param name a name for the owner
	 * @param caller who makes the call, or {@code null} if nobody holds a lock
	 * @param plan the locks of the call
	 * @param grants makes the requests of an owner
	 * @return the owner for whom the call is made; empty if there is no transaction; or a
	 * {@link LockRefusal}
	 */
	Mono<LockOwner> takeOver(String name, @Nullable LockOwner caller, List<PlannedLock> plan,
			BiFunction<List<PlannedLock>, LockOwner, Grants> grants) {
		return TransactionSynchronizationManager.forCurrentTransaction()
			.onErrorResume(NoTransactionException.class, (ex) -> Mono.empty())
			.filter((transaction) -> transaction.isSynchronizationActive() && transaction.isActualTransactionActive())
			.flatMap((transaction) -> takeOver(locks(transaction, name, caller), caller, plan, grants));
	}

	private static Mono<LockOwner> takeOver(TransactionLocks locks, @Nullable LockOwner caller, List<PlannedLock> plan,
			BiFunction<List<PlannedLock>, LockOwner, Grants> grants) {
		LockOwner owner = (caller != null && locks.isOwnedBy(caller)) ? caller : locks.owner();
		List<PlannedLock> missing = locks.missing(plan);
		if (missing.isEmpty()) {
			return Mono.just(owner);
		}
		Grants requests = grants.apply(missing, locks.owner());
		return locks.keep(requests) ? take(locks, requests, owner) : Mono.empty();
	}

	/**
	 * Makes the requests. Once they are granted, the locks are the transaction's, and a
	 * cancellation of the call leaves them to it; one that comes before takes the
	 * requests back.
	 */
	private static Mono<LockOwner> take(TransactionLocks locks, Grants requests, LockOwner owner) {
		AtomicBoolean decided = new AtomicBoolean();
		Runnable takeBack = () -> {
			if (decided.compareAndSet(false, true)) {
				requests.giveBackUnused();
				locks.forget(requests);
			}
		};
		return requests.acquire().flatMap((held) -> {
			if (!decided.compareAndSet(false, true)) {
				return Mono.never();
			}
			locks.cover(held);
			return Mono.just(owner);
		}).doOnError((ex) -> takeBack.run()).doOnCancel(takeBack);
	}

	/**
	 * Returns the locks of a transaction. Under a mutex, because calls that run at once
	 * may each come here first.
	 */
	private synchronized TransactionLocks locks(TransactionSynchronizationManager transaction, String name,
			@Nullable LockOwner caller) {
		if (transaction.getResource(this) instanceof TransactionLocks known) {
			return known;
		}
		TransactionLocks locks = new TransactionLocks((caller != null) ? caller.nested(name) : LockOwner.create(name));
		Release release = new Release(transaction, this, locks);
		transaction.registerSynchronization(release);
		transaction.registerSynchronization(new Check(locks));
		release.bind();
		return locks;
	}

	@Override
	public String toString() {
		return "io.github.locks.transaction";
	}

	/**
	 * Ends with its transaction. The context of a transaction may outlive it, and serves
	 * those that are nested in it too: each of them finds its own locks there, or none.
	 */
	private record Release(TransactionSynchronizationManager transaction, Object key,
			TransactionLocks locks) implements TransactionSynchronization, Ordered {

		void bind() {
			unbind();
			this.transaction.bindResource(this.key, this.locks);
		}

		private void unbind() {
			this.transaction.unbindResourceIfPossible(this.key);
		}

		@Override
		public Mono<Void> suspend() {
			return Mono.fromRunnable(this::unbind);
		}

		@Override
		public Mono<Void> resume() {
			return Mono.fromRunnable(this::bind);
		}

		@Override
		public int getOrder() {
			return HIGHEST_PRECEDENCE;
		}

		@Override
		public Mono<Void> afterCompletion(int status) {
			return Mono.fromRunnable(() -> {
				unbind();
				this.locks.close();
			});
		}

	}

	private record Check(TransactionLocks locks) implements TransactionSynchronization, Ordered {

		@Override
		public int getOrder() {
			return LOWEST_PRECEDENCE;
		}

		@Override
		public Mono<Void> beforeCommit(boolean readOnly) {
			return Mono.fromRunnable(this.locks::checkHeld);
		}

	}

}
