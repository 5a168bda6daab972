package io.github.locks.aop;

import java.util.function.Function;

import io.github.locks.LockOwner;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.transaction.NoTransactionException;
import org.springframework.transaction.reactive.TransactionSynchronization;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;

/**
 * Does for reactive transactions what {@link TransactionRelease} does for those of a
 * thread. An owner of its own stands for the transaction: it takes the locks first, and
 * holds them until the transaction has ended; the calls in the transaction enter as its
 * children, one after the other. Loaded only if spring-tx is on the class path.
 */
final class ReactiveTransactionRelease {

	private static final Object OWNER = new Object();

	/**
	 * Takes locks for the transaction of the subscriber, if there is one.
	 * @param name a name for the owner
	 * @param caller who makes the call, or {@code null} if nobody holds a lock
	 * @param grants makes the requests of an owner
	 * @return the owner that holds the locks; empty if there is no transaction; or a
	 * {@link LockRefusal}
	 */
	Mono<LockOwner> takeOver(String name, @Nullable LockOwner caller, Function<LockOwner, Grants> grants) {
		return TransactionSynchronizationManager.forCurrentTransaction()
			.onErrorResume(NoTransactionException.class, (ex) -> Mono.empty())
			.filter((transaction) -> transaction.isSynchronizationActive() && transaction.isActualTransactionActive())
			.flatMap((transaction) -> {
				Grants requests = grants.apply(ownerOf(transaction, name, caller));
				transaction.registerSynchronization(new Release(requests));
				return requests.acquire().thenReturn(requests.owner());
			});
	}

	private static LockOwner ownerOf(TransactionSynchronizationManager transaction, String name,
			@Nullable LockOwner caller) {
		if (transaction.getResource(OWNER) instanceof LockOwner known) {
			return known;
		}
		LockOwner owner = (caller != null) ? caller.nested(name) : LockOwner.create(name);
		transaction.bindResource(OWNER, owner);
		return owner;
	}

	private record Release(Grants requests) implements TransactionSynchronization {

		@Override
		public Mono<Void> beforeCommit(boolean readOnly) {
			return Mono.fromRunnable(this.requests.held()::checkHeld);
		}

		@Override
		public Mono<Void> afterCompletion(int status) {
			return Mono.fromRunnable(this.requests::settle);
		}

	}

}
