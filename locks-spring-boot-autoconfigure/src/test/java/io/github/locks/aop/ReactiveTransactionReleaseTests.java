package io.github.locks.aop;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.locks.LockHandle;
import io.github.locks.LockLostException;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import io.github.locks.LockTimeoutException;
import io.github.locks.LockType;
import io.github.locks.annotation.ReadLock;
import io.github.locks.annotation.WriteLock;
import io.github.locks.support.DefaultLockManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.util.context.Context;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.test.util.ReflectionTestUtils;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.AnnotationTransactionAttributeSource;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.interceptor.BeanFactoryTransactionAttributeSourceAdvisor;
import org.springframework.transaction.interceptor.TransactionInterceptor;
import org.springframework.transaction.reactive.AbstractReactiveTransactionManager;
import org.springframework.transaction.reactive.GenericReactiveTransaction;
import org.springframework.transaction.reactive.TransactionSynchronization;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;
import org.springframework.transaction.reactive.TransactionalOperator;
import org.springframework.transaction.support.DefaultTransactionDefinition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Locks and reactive transactions.
 */
@Timeout(30)
class ReactiveTransactionReleaseTests {

	private final List<String> log = new CopyOnWriteArrayList<>();

	private final DefaultLockManager locks = DefaultLockManager.builder().shutdownTimeout(Duration.ZERO).build();

	private final RecordingTransactionManager transactions = new RecordingTransactionManager();

	private final TransactionalOperator transaction = TransactionalOperator.create(this.transactions);

	private final Store store = store(this.locks, true);

	@AfterEach
	void close() {
		this.locks.close();
	}

	@Test
	void lockIsHeldWhenTheTransactionOfTheMethodCommits() {
		StepVerifier.create(this.store.transactional(() -> note("run"))).verifyComplete();
		note("after").block();
		assertThat(this.log).containsExactly("begin held", "run held", "commit held", "after free");
	}

	@Test
	void lockIsHeldUntilTheTransactionOfTheCallerHasEnded() {
		Mono<Void> both = this.store.write(() -> note("first"))
			.then(note("between"))
			.then(this.store.write(() -> note("second")));
		StepVerifier.create(this.transaction.transactional(both)).verifyComplete();
		note("after").block();
		assertThat(this.log).containsExactly("begin free", "first held", "between held", "second held", "commit held",
				"after free");
	}

	@Test
	void fluxIsHeldUntilTheTransactionOfTheCallerHasEnded() {
		StepVerifier
			.create(this.transaction
				.transactional(this.store.many(Flux.just(1, 2)).concatWith(note("between").cast(Integer.class))))
			.expectNext(1, 2)
			.verifyComplete();
		note("after").block();
		assertThat(this.log).containsExactly("begin free", "between held", "commit held", "after free");
	}

	@Test
	void lockIsGivenBackWhenTheTransactionOfTheCallerRollsBack() {
		Mono<Void> failing = this.store.write(() -> Mono.error(new IllegalArgumentException("boom")));
		StepVerifier.create(this.transaction.transactional(failing)).verifyError(IllegalArgumentException.class);
		note("after").block();
		assertThat(this.log).containsExactly("begin free", "rollback held", "after free");
	}

	@Test
	void lockIsGivenBackWhenTheTransactionOfTheCallerIsCancelled() {
		Sinks.One<Object> started = Sinks.one();
		Mono<Void> endless = this.store.write(() -> {
			started.tryEmitValue("started");
			return Mono.never();
		});
		Disposable running = this.transaction.transactional(endless).subscribe();
		started.asMono().block();
		assertThat(isFree()).isFalse();
		running.dispose();
		assertThat(isFree()).isTrue();
		assertThat(this.log).containsExactly("begin free", "rollback held");
	}

	@Test
	void lockThatIsStillWaitedForWhenTheTransactionIsCancelledIsNotTaken() {
		LockHandle other = this.locks.writeLock("a");
		Disposable running = this.transaction.transactional(this.store.write(() -> note("run"))).subscribe();
		assertThat(waiters()).isOne();
		running.dispose();
		assertThat(waiters()).isZero();
		other.close();
		assertThat(isFree()).isTrue();
		assertThat(this.log).containsExactly("begin held", "rollback held");
	}

	@Test
	void callThatIsCancelledInATransactionLeavesTheQueue() {
		try (LockHandle other = this.locks.writeLock("a")) {
			Mono<Void> call = this.store.write(() -> note("run"));
			Mono<Void> impatient = Mono.firstWithSignal(call,
					Mono.fromRunnable(() -> this.log.add(waiters() + " waits")));
			Mono<Void> afterwards = kept().doOnNext((count) -> {
				this.log.add(waiters() + " waits, " + count + " kept");
				other.close();
			}).then();
			StepVerifier.create(this.transaction.transactional(impatient.then(afterwards).then(note("after"))))
				.verifyComplete();
		}
		assertThat(this.log).containsExactly("begin held", "1 waits", "0 waits, 0 kept", "after free", "commit free");
	}

	@Test
	void callThatIsCancelledUnderItsLockLeavesItToTheTransaction() {
		Mono<Void> call = Mono.firstWithSignal(this.store.write(Mono::never), note("cancel"));
		StepVerifier.create(this.transaction.transactional(call.then(note("after")))).verifyComplete();
		assertThat(this.log).containsExactly("begin free", "cancel held", "after held", "commit held");
		assertThat(isFree()).isTrue();
	}

	@Test
	void transactionThatIsCancelledWhileTheRequestIsMadeGivesTheLockBack() {
		BaseSubscriber<Void> subscriber = new BaseSubscriber<>() {
		};
		LockManager manager = mock(LockManager.class);
		given(manager.acquireAsync(any())).willAnswer((call) -> {
			CompletableFuture<LockHandle> granted = this.locks.acquireAsync(call.getArgument(0));
			subscriber.cancel();
			return granted;
		});
		this.transaction.transactional(store(manager, true).write(Mono::never)).subscribe(subscriber);
		assertThat(this.log).containsExactly("begin free", "rollback held");
		assertThat(isFree()).isTrue();
	}

	@Test
	void refusedCallsAreForgottenByTheTransaction() {
		try (LockHandle other = this.locks.writeLock("a")) {
			assertThat(other.isHeld()).isTrue();
			Mono<Integer> refused = this.store.withFallback().repeat(99).then(kept());
			StepVerifier.create(this.transaction.transactional(refused)).expectNext(0).verifyComplete();
		}
	}

	@Test
	void timeoutInATransactionIsAnErrorOrAFallback() {
		try (LockHandle other = this.locks.writeLock("a")) {
			assertThat(other.isHeld()).isTrue();
			StepVerifier.create(this.transaction.transactional(this.store.hasty()))
				.verifyError(LockTimeoutException.class);
			StepVerifier.create(this.transaction.transactional(this.store.withFallback()))
				.expectNext("fallback")
				.verifyComplete();
		}
		assertThat(isFree()).isTrue();
	}

	@Test
	void callsInOneTransactionExcludeEachOther() {
		AtomicInteger inside = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		Mono<Void> part = this.store
			.write(() -> Mono.fromRunnable(() -> most.accumulateAndGet(inside.incrementAndGet(), Math::max))
				.delayElement(Duration.ofMillis(20))
				.then(Mono.delay(Duration.ofMillis(20)))
				.then(Mono.fromRunnable(inside::decrementAndGet)));
		Mono<Void> parallel = Mono.when(part.subscribeOn(Schedulers.boundedElastic()),
				part.subscribeOn(Schedulers.boundedElastic()));
		StepVerifier.create(this.transaction.transactional(parallel)).verifyComplete();
		assertThat(most).hasValue(1);
		assertThat(isFree()).isTrue();
	}

	static Stream<Function<ReactiveTransactionReleaseTests, Mono<Void>>> nested() {
		return Stream.of((test) -> test.inTransaction(test.store.write(() -> test.store.write(() -> test.note("in")))),
				(test) -> test.inTransaction(test.store.write(() -> test.store.read(() -> test.note("in")))),
				(test) -> test.inTransaction(test.store.read(() -> test.store.read(() -> test.note("in")))),
				(test) -> test.store.transactional(() -> test.store.write(() -> test.note("in"))),
				(test) -> test.store
					.transactional(() -> test.store.write(() -> test.store.write(() -> test.note("in")))),
				(test) -> test.store.transactional(() -> test.store.transactional(() -> test.note("in"))),
				(test) -> test.store.transactional(
						() -> test.store.transactional(() -> test.store.transactional(() -> test.note("in")))));
	}

	@ParameterizedTest
	@MethodSource("nested")
	void nestedCallsInATransactionEnter(Function<ReactiveTransactionReleaseTests, Mono<Void>> work) {
		StepVerifier.create(work.apply(this)).verifyComplete();
		assertThat(this.log).contains("in held");
		assertThat(isFree()).isTrue();
	}

	@Test
	void parallelCallsOfOneTransactionShareItsOwner() {
		for (int i = 0; i < 2_000; i++) {
			Mono<Void> one = this.store.read(Mono::empty).subscribeOn(Schedulers.parallel());
			Mono<Void> other = this.store.read(Mono::empty).subscribeOn(Schedulers.parallel());
			StepVerifier.create(this.transaction.transactional(Mono.when(one, other))).verifyComplete();
		}
		assertThat(isFree()).isTrue();
	}

	@Test
	void transactionInsideOfALockedCallEntersIt() {
		Mono<Void> inner = this.transaction.transactional(this.store.write(() -> note("inner")));
		StepVerifier.create(this.store.write(() -> inner.then(note("outer")))).verifyComplete();
		assertThat(this.log).containsExactly("begin held", "inner held", "commit held", "outer held");
		assertThat(isFree()).isTrue();
	}

	@Test
	void innerTransactionHasItsOwnLocks() {
		Mono<Void> inner = nestable(TransactionDefinition.PROPAGATION_REQUIRES_NEW)
			.transactional(this.store.other(() -> noteOther("inner")));
		Mono<Void> outer = this.store.write(() -> note("outer"))
			.then(inner)
			.then(noteOther("between"))
			.then(note("between"));
		StepVerifier.create(nestable(TransactionDefinition.PROPAGATION_REQUIRED).transactional(outer)).verifyComplete();
		note("after").block();
		assertThat(this.log).containsExactly("outer held", "inner held", "between free", "between held", "after free");
	}

	@Test
	void lockTakenAfterAnInnerTransactionIsHeldUntilTheEndOfTheOuterOne() {
		Mono<Void> inner = nestable(TransactionDefinition.PROPAGATION_REQUIRES_NEW)
			.transactional(this.store.other(() -> noteOther("inner")));
		Mono<Void> outer = inner.then(this.store.write(() -> note("outer"))).then(note("last"));
		StepVerifier.create(nestable(TransactionDefinition.PROPAGATION_REQUIRED).transactional(outer)).verifyComplete();
		noteOther("after").block();
		note("after").block();
		assertThat(this.log).containsExactly("inner held", "outer held", "last held", "after free", "after free");
	}

	@ParameterizedTest
	@ValueSource(ints = { TransactionDefinition.PROPAGATION_SUPPORTS, TransactionDefinition.PROPAGATION_NOT_SUPPORTED })
	void transactionsThatFollowEachOtherInOneScopeHaveTheirOwnLocks(int propagation) {
		TransactionalOperator required = nestable(TransactionDefinition.PROPAGATION_REQUIRED);
		Mono<Void> one = required.transactional(this.store.write(() -> note("in")).then(note("end")));
		Mono<Void> other = required.transactional(this.store.other(() -> noteOther("in")).then(noteOther("end")));
		Mono<Void> scope = one.then(note("between")).then(one).then(other).then(note("last")).then(noteOther("last"));
		StepVerifier.create(nestable(propagation).transactional(scope)).verifyComplete();
		assertThat(this.log).containsExactly("in held", "end held", "between free", "in held", "end held", "in held",
				"end held", "last free", "last free");
	}

	@Test
	void readersOfDifferentTransactionsShareTheLock() {
		Mono<Void> inner = this.transaction.transactional(this.store.read(() -> note("inner")));
		Mono<Void> other = Mono.defer(() -> inner.contextWrite((context) -> Context.empty()));
		StepVerifier.create(this.transaction.transactional(this.store.read(() -> other))).verifyComplete();
		assertThat(isFree()).isTrue();
	}

	@Test
	void whatFollowsTheCommitRunsWithoutTheLock() {
		Mono<Void> work = afterCompletion("early").then(this.store.write(() -> note("run")))
			.then(afterCompletion("late"));
		StepVerifier.create(this.transaction.transactional(work)).verifyComplete();
		assertThat(this.log).containsExactly("begin free", "run held", "commit held", "early free", "late free");
	}

	private Mono<Void> afterCompletion(String what) {
		return TransactionSynchronizationManager.forCurrentTransaction()
			.doOnNext((current) -> current.registerSynchronization(new TransactionSynchronization() {

				@Override
				public Mono<Void> afterCompletion(int status) {
					return note(what);
				}

			}))
			.then();
	}

	@Test
	void lockIsGivenBackAtTheEndOfTheCallWhenSwitchedOff() {
		Store early = store(this.locks, false);
		StepVerifier.create(this.transaction.transactional(early.write(() -> note("run")).then(note("between"))))
			.verifyComplete();
		assertThat(this.log).containsExactly("begin free", "run held", "between free", "commit free");
	}

	@Test
	void transactionWhoseLockWasLostIsRolledBack() {
		LockHandle handle = mock(LockHandle.class);
		given(handle.isLost()).willReturn(false, true);
		given(handle.owner()).willReturn(LockOwner.task());
		given(handle.resource()).willReturn("a");
		given(handle.type()).willReturn(LockType.DISTRIBUTED);
		LockManager manager = mock(LockManager.class);
		given(manager.acquireAsync(any())).willAnswer((call) -> CompletableFuture.completedFuture(handle));
		StepVerifier.create(this.transaction.transactional(store(manager, true).write(Mono::empty)))
			.verifyError(LockLostException.class);
		assertThat(this.log).last().asString().startsWith("rollback");
	}

	private Store store(LockManager manager, boolean releaseAfterTransaction) {
		LockAdvisor lockAdvisor = new LockAdvisor(() -> manager, new DefaultListableBeanFactory(),
				LockAdvisor.Validation.FAIL, releaseAfterTransaction);
		BeanFactoryTransactionAttributeSourceAdvisor transactionAdvisor = new BeanFactoryTransactionAttributeSourceAdvisor();
		AnnotationTransactionAttributeSource attributes = new AnnotationTransactionAttributeSource(false);
		transactionAdvisor.setTransactionAttributeSource(attributes);
		transactionAdvisor.setAdvice(new TransactionInterceptor(this.transactions, attributes));
		ProxyFactory factory = new ProxyFactory(new Store());
		factory.setProxyTargetClass(true);
		factory.addAdvisors(lockAdvisor, transactionAdvisor);
		return (Store) factory.getProxy();
	}

	private Mono<Void> inTransaction(Mono<Void> work) {
		return this.transaction.transactional(work);
	}

	private static TransactionalOperator nestable(int propagation) {
		return TransactionalOperator.create(new NestableTransactionManager(),
				new DefaultTransactionDefinition(propagation));
	}

	private Mono<Void> note(String what) {
		return Mono.fromRunnable(() -> this.log.add(what + (isFree() ? " free" : " held")));
	}

	private Mono<Void> noteOther(String what) {
		return Mono
			.fromRunnable(() -> this.log.add(what + (LockedProxies.isFree(this.locks, "b") ? " free" : " held")));
	}

	private static Mono<Integer> kept() {
		return TransactionSynchronizationManager.forCurrentTransaction()
			.map((current) -> field(field(current.getSynchronizations().get(0), "locks"), "kept"))
			.map((list) -> ((List<?>) list).size());
	}

	private static Object field(Object object, String name) {
		return Objects.requireNonNull(ReflectionTestUtils.getField(object, name));
	}

	private boolean isFree() {
		return LockedProxies.isFree(this.locks, "a");
	}

	private int waiters() {
		return this.locks.getStatistics("a").get(0).locks().get("write").currentWaiters();
	}

	static class Store {

		@WriteLock("a")
		@Transactional
		Mono<Void> transactional(Supplier<Mono<Void>> body) {
			return Mono.defer(body);
		}

		@WriteLock("a")
		Mono<Void> write(Supplier<Mono<Void>> body) {
			return Mono.defer(body);
		}

		@ReadLock("a")
		Mono<Void> read(Supplier<Mono<Void>> body) {
			return Mono.defer(body);
		}

		@WriteLock("b")
		Mono<Void> other(Supplier<Mono<Void>> body) {
			return Mono.defer(body);
		}

		@WriteLock("a")
		Flux<Integer> many(Flux<Integer> body) {
			return body;
		}

		@WriteLock(value = "a", timeout = "0")
		Mono<String> hasty() {
			return Mono.just("run");
		}

		@WriteLock(value = "a", timeout = "0", fallback = "instead")
		Mono<String> withFallback() {
			return Mono.just("run");
		}

		Mono<String> instead() {
			return Mono.just("fallback");
		}

	}

	private final class RecordingTransactionManager extends AbstractReactiveTransactionManager {

		@Override
		protected Object doGetTransaction(TransactionSynchronizationManager synchronization) {
			return new Object();
		}

		@Override
		protected Mono<Void> doBegin(TransactionSynchronizationManager synchronization, Object transaction,
				TransactionDefinition definition) {
			return note("begin");
		}

		@Override
		protected Mono<Void> doCommit(TransactionSynchronizationManager synchronization,
				GenericReactiveTransaction status) {
			return note("commit");
		}

		@Override
		protected Mono<Void> doRollback(TransactionSynchronizationManager synchronization,
				GenericReactiveTransaction status) {
			return note("rollback");
		}

		@Override
		protected Mono<Void> doSetRollbackOnly(TransactionSynchronizationManager synchronization,
				GenericReactiveTransaction status) {
			return Mono.empty();
		}

	}

}
