package io.github.locks.aop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.github.locks.LockHandle;
import io.github.locks.LockLostException;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import io.github.locks.LockType;
import io.github.locks.Locks;
import io.github.locks.annotation.ReadLock;
import io.github.locks.annotation.WriteLock;
import io.github.locks.support.DefaultLockManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.core.Ordered;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabase;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.AnnotationTransactionAttributeSource;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalApplicationListenerAdapter;
import org.springframework.transaction.interceptor.BeanFactoryTransactionAttributeSourceAdvisor;
import org.springframework.transaction.interceptor.TransactionInterceptor;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

/**
 * Locks and transactions.
 */
class TransactionReleaseTests {

	private final List<String> log = new ArrayList<>();

	private final DefaultLockManager locks = DefaultLockManager.builder().shutdownTimeout(Duration.ZERO).build();

	private EmbeddedDatabase database;

	private TransactionTemplate transaction;

	@BeforeEach
	void open() {
		this.database = new EmbeddedDatabaseBuilder().setType(EmbeddedDatabaseType.H2).generateUniqueName(true).build();
		this.transaction = new TransactionTemplate(new RecordingTransactionManager(this.database));
	}

	@AfterEach
	void close() {
		this.database.shutdown();
		this.locks.close();
	}

	@Test
	void lockIsHeldWhenTheTransactionOfTheMethodCommits() {
		transactional(true).run(() -> this.log.add("run" + state()));
		this.log.add("after" + state());
		assertThat(this.log).containsExactly("run held", "commit held", "after free");
	}

	@Test
	void lockIsHeldWhenTheTransactionOfTheMethodRollsBack() {
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> transactional(true).run(() -> {
			throw new IllegalArgumentException("boom");
		}));
		this.log.add("after" + state());
		assertThat(this.log).containsExactly("rollback held", "after free");
	}

	@Test
	void lockIsHeldUntilTheTransactionOfTheCallerHasEnded() {
		Store store = transactional(true);
		this.transaction.executeWithoutResult((status) -> {
			store.run(() -> this.log.add("run" + state()));
			this.log.add("between" + state());
			store.run(() -> this.log.add("run" + state()));
		});
		this.log.add("after" + state());
		assertThat(this.log).containsExactly("run held", "between held", "run held", "commit held", "after free");
	}

	@Test
	void lockIsReleasedWhenTheTransactionOfTheCallerRollsBack() {
		Store store = transactional(true);
		assertThatExceptionOfType(IllegalArgumentException.class)
			.isThrownBy(() -> this.transaction.executeWithoutResult((status) -> store.run(() -> {
				throw new IllegalArgumentException("boom");
			})));
		this.log.add("after" + state());
		assertThat(this.log).containsExactly("rollback held", "after free");
	}

	@Test
	void lockIsReleasedAtTheEndOfTheCallWhenSwitchedOff() {
		Store store = transactional(false);
		this.transaction.executeWithoutResult((status) -> {
			store.run(() -> this.log.add("run" + state()));
			this.log.add("between" + state());
		});
		assertThat(this.log).containsExactly("run held", "between free", "commit free");
	}

	@Test
	void synchronizationWithoutATransactionDoesNotHoldTheLock() {
		TransactionSynchronizationManager.initSynchronization();
		try {
			transactional(true).plain(() -> this.log.add("run" + state()));
			this.log.add("after" + state());
		}
		finally {
			TransactionSynchronizationManager.clearSynchronization();
		}
		assertThat(this.log).containsExactly("run held", "after free");
	}

	@Test
	void futureIsHeldUntilItsWorkAndTheTransactionOfTheCallerHaveEnded() {
		Store store = transactional(true);
		CompletableFuture<String> second = new CompletableFuture<>();
		CompletableFuture<String> later = this.transaction.execute((status) -> {
			assertThat(store.later(CompletableFuture.completedFuture("done"))).isCompletedWithValue("done");
			this.log.add("between" + state());
			return store.later(second);
		});
		this.log.add("after" + state());
		second.complete("done");
		assertThat(later).isCompletedWithValue("done");
		this.log.add("end" + state());
		assertThat(this.log).containsExactly("between held", "commit held", "after held", "end free");
	}

	static Stream<Consumer<Store>> nested() {
		CompletableFuture<String> done = CompletableFuture.completedFuture("done");
		return Stream.of((store) -> store.later(done).join(), (store) -> store.nested(() -> store.later(done)).join(),
				(store) -> store.nested(() -> {
					store.plain(() -> {
					});
					return done;
				}).join(), (store) -> store.plain(() -> store.later(done).join()),
				(store) -> store.plain(() -> store.plain(() -> store.nested(() -> store.later(done)).join())));
	}

	@ParameterizedTest
	@MethodSource("nested")
	@Timeout(20)
	void nestedCallsInATransactionEnter(Consumer<Store> work) {
		Store store = transactional(true);
		this.transaction.executeWithoutResult((status) -> {
			work.accept(store);
			store.plain(() -> this.log.add("last" + state()));
			work.accept(store);
		});
		this.log.add("after" + state());
		assertThat(this.log).containsExactly("last held", "commit held", "after free");
	}

	static Stream<Consumer<Store>> firstOfAnotherOwner() {
		return Stream.of((store) -> {
			try (LockOwner.Scope scope = LockOwner.create("job").carry()) {
				assertThat(scope).isNotNull();
				store.plain(() -> {
				});
			}
		}, (store) -> store.mono(() -> store.plain(() -> {
		})).block());
	}

	@ParameterizedTest
	@MethodSource("firstOfAnotherOwner")
	@Timeout(20)
	void transactionWhoseFirstLockAnotherOwnerTookIsEntered(Consumer<Store> first) {
		Store store = transactional(true);
		this.transaction.executeWithoutResult((status) -> {
			first.accept(store);
			nested().forEach((work) -> work.accept(store));
			first.accept(store);
			store.plain(() -> this.log.add("last" + state()));
		});
		this.log.add("after" + state());
		assertThat(this.log).containsExactly("last held", "commit held", "after free");
	}

	@Test
	void transactionKeepsALockOnceHoweverOftenItIsTaken() {
		Store store = transactional(true);
		this.transaction.executeWithoutResult((status) -> {
			for (int i = 0; i < 10_000; i++) {
				store.plain(() -> {
				});
			}
			assertThat(TransactionSynchronizationManager.getSynchronizations()).hasSize(2);
			assertThat(this.locks.getLockStatus("a").get(0).locks().get("write").holders()).hasSize(1);
			this.log.add("between" + state());
		});
		this.log.add("after" + state());
		assertThat(this.log).containsExactly("between held", "commit held", "after free");
	}

	static Stream<Integer> orders() {
		return Stream.of(Ordered.HIGHEST_PRECEDENCE + 1, 0, Ordered.LOWEST_PRECEDENCE);
	}

	@ParameterizedTest
	@MethodSource("orders")
	void listenersOfACommitRunWithoutTheLockAndThoseBeforeItUnderIt(int order) {
		Store store = transactional(true);
		this.transaction.executeWithoutResult((status) -> {
			listen(TransactionPhase.AFTER_COMMIT, order, "early");
			listen(TransactionPhase.BEFORE_COMMIT, order, "before");
			store.plain(() -> listen(TransactionPhase.AFTER_COMMIT, order, "during"));
			listen(TransactionPhase.AFTER_COMMIT, order, "late");
		});
		assertThat(this.log).containsExactly("before held", "commit held", "early free", "during free", "late free");
	}

	@Test
	void listenerOfARollbackRunsWithoutTheLock() {
		Store store = transactional(true);
		this.transaction.executeWithoutResult((status) -> {
			listen(TransactionPhase.AFTER_ROLLBACK, 0, "early");
			store.plain(status::setRollbackOnly);
		});
		assertThat(this.log).containsExactly("rollback held", "early free");
	}

	@Test
	void lockThatIsLostWhileOthersWorkBeforeTheCommitRollsBack() {
		LockHandle handle = mock(LockHandle.class);
		given(handle.resource()).willReturn("a");
		given(handle.type()).willReturn(LockType.DISTRIBUTED);
		LockManager manager = mock(LockManager.class);
		given(manager.acquire(any())).willReturn(handle);
		Store store = new LockedProxies(manager).cglib(new Store());
		assertThatExceptionOfType(LockLostException.class)
			.isThrownBy(() -> this.transaction.executeWithoutResult((status) -> {
				store.plain(() -> {
				});
				TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

					@Override
					public int getOrder() {
						return Ordered.LOWEST_PRECEDENCE - 1;
					}

					@Override
					public void beforeCommit(boolean readOnly) {
						given(handle.isLost()).willReturn(true);
					}

				});
			}));
		assertThat(this.log).containsExactly("rollback free");
	}

	private void listen(TransactionPhase phase, int order, String name) {
		TransactionalApplicationListenerAdapter<PayloadApplicationEvent<String>> listener = new TransactionalApplicationListenerAdapter<>(
				(event) -> this.log.add(event.getPayload() + state()));
		listener.setTransactionPhase(phase);
		listener.setOrder(order);
		listener.onApplicationEvent(new PayloadApplicationEvent<>(this, name));
	}

	@Test
	void lockOfAnInnerTransactionIsFreeBeforeTheOuterOneEnds() {
		Store store = transactional(true);
		TransactionTemplate inner = new TransactionTemplate(this.transaction.getTransactionManager());
		inner.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
		this.transaction.executeWithoutResult((status) -> {
			store.plain(() -> this.log.add("outer" + state()));
			inner.executeWithoutResult((nested) -> store.other(() -> this.log.add("inner")));
			assertThat(LockedProxies.isFree(this.locks, "b")).isTrue();
			this.log.add("between" + state());
			store.plain(() -> this.log.add("outer" + state()));
			assertThat(TransactionSynchronizationManager.getSynchronizations()).as("release, check").hasSize(2);
		});
		this.log.add("after" + state());
		assertThat(this.log).containsExactly("outer held", "inner", "commit held", "between held", "outer held",
				"commit held", "after free");
	}

	@Test
	void readLocksUnderAKeptWriteLockAreNotKept() {
		Store store = transactional(true);
		this.transaction.executeWithoutResult((status) -> {
			store.plain(() -> {
			});
			for (int i = 0; i < 10_000; i++) {
				store.read(() -> {
				});
			}
			assertThat(this.locks.getLockStatus("a").get(0).locks().values()).flatExtracting((lock) -> lock.holders())
				.hasSize(1);
			this.log.add("between" + state());
		});
		this.log.add("after" + state());
		assertThat(this.log).containsExactly("between held", "commit held", "after free");
	}

	@Test
	void lossOfALockIsAddedToTheFailureOfItsMethod() {
		LockHandle handle = mock(LockHandle.class);
		given(handle.isLost()).willReturn(true);
		given(handle.resource()).willReturn("a");
		given(handle.type()).willReturn(LockType.DISTRIBUTED);
		LockManager manager = mock(LockManager.class);
		given(manager.acquire(any())).willReturn(handle);
		Store store = new LockedProxies(manager).cglib(new Store());
		IllegalArgumentException failure = new IllegalArgumentException("boom");
		assertThatExceptionOfType(IllegalArgumentException.class)
			.isThrownBy(() -> this.transaction.executeWithoutResult((status) -> store.plain(() -> {
				throw failure;
			})))
			.isSameAs(failure);
		assertThat(failure.getSuppressed()).hasOnlyElementsOfType(LockLostException.class).hasSize(1);
		verify(handle).close();
	}

	@Test
	void lockThatTheMethodGaveBackIsTakenAgainAndKept() {
		Store store = transactional(true);
		this.transaction.executeWithoutResult((status) -> {
			store.plain(() -> Locks.current().close());
			this.log.add("between" + state());
			store.plain(() -> this.log.add("again" + state()));
			this.log.add("end" + state());
		});
		this.log.add("after" + state());
		assertThat(this.log).containsExactly("between free", "again held", "end held", "commit held", "after free");
	}

	@Test
	void innerTransactionHasItsOwnLocks() {
		Store store = transactional(true);
		TransactionTemplate inner = new TransactionTemplate(this.transaction.getTransactionManager());
		inner.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
		this.transaction.executeWithoutResult((status) -> {
			inner.executeWithoutResult((nested) -> store.plain(() -> this.log.add("inner" + state())));
			this.log.add("between" + state());
			store.plain(() -> this.log.add("outer" + state()));
			inner.executeWithoutResult((nested) -> store.plain(() -> this.log.add("inner" + state())));
			this.log.add("end" + state());
		});
		this.log.add("after" + state());
		assertThat(this.log).containsExactly("inner held", "commit held", "between free", "outer held", "inner held",
				"commit held", "end held", "commit held", "after free");
	}

	/** As a JTA transaction does that its manager rolls back. */
	@Test
	void transactionThatEndsOnAnotherThreadLeavesNothingToTheNext() {
		Store store = transactional(true);
		inSynchronization(() -> {
			store.plain(() -> this.log.add("first" + state()));
			List<TransactionSynchronization> first = TransactionSynchronizationManager.getSynchronizations();
			CompletableFuture.runAsync(() -> inSynchronization(() -> {
				store.other(() -> complete(first));
				store.other(() -> this.log.add("other"));
				assertThat(TransactionSynchronizationManager.getSynchronizations()).as("release, check").hasSize(2);
				complete(TransactionSynchronizationManager.getSynchronizations());
			})).join();
		});
		this.log.add("ended" + state());
		inSynchronization(() -> {
			store.plain(() -> this.log.add("next" + state()));
			this.log.add("end" + state());
			complete(TransactionSynchronizationManager.getSynchronizations());
		});
		this.log.add("after" + state());
		assertThat(this.log).containsExactly("first held", "other", "ended free", "next held", "end held",
				"after free");
		assertThat(LockedProxies.isFree(this.locks, "b")).isTrue();
	}

	private static void inSynchronization(Runnable work) {
		TransactionSynchronizationManager.initSynchronization();
		TransactionSynchronizationManager.setActualTransactionActive(true);
		try {
			work.run();
		}
		finally {
			TransactionSynchronizationManager.clear();
		}
	}

	private static void complete(List<TransactionSynchronization> synchronizations) {
		synchronizations.forEach((each) -> each.afterCompletion(TransactionSynchronization.STATUS_ROLLED_BACK));
	}

	@Test
	void transactionWhoseLockWasLostIsRolledBack() {
		LockHandle handle = mock(LockHandle.class);
		given(handle.isLost()).willReturn(false, true);
		given(handle.resource()).willReturn("a");
		given(handle.type()).willReturn(LockType.DISTRIBUTED);
		LockManager manager = mock(LockManager.class);
		given(manager.acquire(any())).willReturn(handle);
		Store store = new LockedProxies(manager).cglib(new Store());
		assertThatExceptionOfType(LockLostException.class)
			.isThrownBy(() -> this.transaction.executeWithoutResult((status) -> store.plain(() -> {
			})));
		assertThat(this.log).containsExactly("rollback free");
		verify(handle).close();
	}

	private Store transactional(boolean releaseAfterTransaction) {
		AnnotationTransactionAttributeSource attributes = new AnnotationTransactionAttributeSource();
		BeanFactoryTransactionAttributeSourceAdvisor transactions = new BeanFactoryTransactionAttributeSourceAdvisor();
		transactions.setTransactionAttributeSource(attributes);
		TransactionInterceptor interceptor = new TransactionInterceptor();
		interceptor.setTransactionManager(this.transaction.getTransactionManager());
		interceptor.setTransactionAttributeSource(attributes);
		transactions.setAdvice(interceptor);
		LockAdvisor lock = new LockAdvisor(() -> this.locks, new DefaultListableBeanFactory(),
				LockAdvisor.Validation.FAIL, releaseAfterTransaction);
		assertThat(lock.getOrder()).isLessThan(transactions.getOrder());
		ProxyFactory factory = new ProxyFactory(new Store());
		factory.setProxyTargetClass(true);
		factory.addAdvisors(lock, transactions);
		return (Store) factory.getProxy();
	}

	private String state() {
		return LockedProxies.isFree(this.locks, "a") ? " free" : " held";
	}

	static class Store {

		@WriteLock("a")
		@Transactional
		public void run(Runnable body) {
			body.run();
		}

		@WriteLock("a")
		public CompletableFuture<String> later(CompletableFuture<String> work) {
			return work;
		}

		@WriteLock("a")
		public CompletableFuture<String> nested(Supplier<CompletableFuture<String>> work) {
			return work.get();
		}

		@ReadLock("a")
		public void read(Runnable body) {
			body.run();
		}

		@WriteLock("b")
		public void other(Runnable body) {
			body.run();
		}

		@WriteLock("b")
		public Mono<Void> mono(Runnable body) {
			return Mono.fromRunnable(body);
		}

		@WriteLock("a")
		public void plain(Runnable body) {
			body.run();
		}

	}

	@SuppressWarnings("serial")
	private final class RecordingTransactionManager extends DataSourceTransactionManager {

		RecordingTransactionManager(DataSource dataSource) {
			super(dataSource);
		}

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
			super.doCommit(status);
			TransactionReleaseTests.this.log.add("commit" + state());
		}

		@Override
		protected void doRollback(DefaultTransactionStatus status) {
			super.doRollback(status);
			TransactionReleaseTests.this.log.add("rollback" + state());
		}

	}

}
