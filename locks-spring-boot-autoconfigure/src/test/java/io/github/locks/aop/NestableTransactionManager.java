package io.github.locks.aop;

import java.util.Optional;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.reactive.AbstractReactiveTransactionManager;
import org.springframework.transaction.reactive.GenericReactiveTransaction;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;

/**
 * Manages reactive transactions without a resource. It knows whether it has one already,
 * and suspends it.
 */
final class NestableTransactionManager extends AbstractReactiveTransactionManager {

	private static final Object KEY = NestableTransactionManager.class;

	@Override
	protected Object doGetTransaction(TransactionSynchronizationManager synchronization) {
		return Optional.ofNullable(synchronization.getResource(KEY));
	}

	@Override
	protected boolean isExistingTransaction(Object transaction) {
		return ((Optional<?>) transaction).isPresent();
	}

	@Override
	protected Mono<Void> doBegin(TransactionSynchronizationManager synchronization, Object transaction,
			TransactionDefinition definition) {
		return Mono.fromRunnable(() -> synchronization.bindResource(KEY, new Object()));
	}

	@Override
	protected Mono<Object> doSuspend(TransactionSynchronizationManager synchronization, Object transaction) {
		return Mono.fromSupplier(() -> synchronization.unbindResource(KEY));
	}

	@Override
	protected Mono<Void> doResume(TransactionSynchronizationManager synchronization, @Nullable Object transaction,
			Object suspended) {
		return Mono.fromRunnable(() -> synchronization.bindResource(KEY, suspended));
	}

	@Override
	protected Mono<Void> doCommit(TransactionSynchronizationManager synchronization,
			GenericReactiveTransaction status) {
		return Mono.empty();
	}

	@Override
	protected Mono<Void> doRollback(TransactionSynchronizationManager synchronization,
			GenericReactiveTransaction status) {
		return Mono.empty();
	}

	@Override
	protected Mono<Void> doSetRollbackOnly(TransactionSynchronizationManager synchronization,
			GenericReactiveTransaction status) {
		return Mono.empty();
	}

	@Override
	protected Mono<Void> doCleanupAfterCompletion(TransactionSynchronizationManager synchronization,
			Object transaction) {
		return Mono.fromRunnable(() -> synchronization.unbindResource(KEY));
	}

}
