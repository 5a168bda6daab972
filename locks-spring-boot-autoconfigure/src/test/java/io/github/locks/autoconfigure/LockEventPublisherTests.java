package io.github.locks.autoconfigure;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.locks.Deadlock;
import io.github.locks.LockHandle;
import io.github.locks.LockManager;
import io.github.locks.LockOwner;
import io.github.locks.LockRequest;
import io.github.locks.LockTimeoutException;
import io.github.locks.LockType;
import io.github.locks.event.LockDeadlockEvent;
import io.github.locks.event.LockLostEvent;
import io.github.locks.event.LockTimeoutEvent;
import io.github.locks.memory.MemoryLockBackend;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link LockEventPublisher}: what is published, and what its listeners cannot
 * do.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class LockEventPublisherTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(LocksAutoConfiguration.class))
		.withBean(MemoryLockBackend.class)
		.withPropertyValues("locks.shutdown-timeout=0");

	@Test
	void timeoutsLossesAndDeadlocksArePublished() {
		this.runner.withUserConfiguration(Listening.class).run((context) -> {
			LockManager locks = context.getBean(LockManager.class);
			Queue<Object> events = context.getBean(Listening.class).events;
			LockHandle held = locks.writeLock("a");
			waitInVain(locks,
					LockRequest.write("a").owner(LockOwner.create("late")).method("Orders.pay").template("t"));
			Awaitility.await().until(() -> events.size() == 1);
			assertThat(events.remove()).isInstanceOfSatisfying(LockTimeoutEvent.class, (event) -> {
				assertThat(event.resource()).isEqualTo("a");
				assertThat(event.type()).isEqualTo(LockType.WRITE);
				assertThat(event.owner()).isEqualTo("late");
				assertThat(event.method()).isEqualTo("Orders.pay");
				assertThat(event.template()).isEqualTo("t");
				assertThat(event.waited()).isGreaterThanOrEqualTo(Duration.ofNanos(1));
			});
			held.close();
			locks.acquire(LockRequest.distributed("b").owner(LockOwner.create("loser")).template("t").build());
			context.getBean(MemoryLockBackend.class).lose("b");
			Awaitility.await().until(() -> events.size() == 1);
			assertThat(events.remove()).isInstanceOfSatisfying(LockLostEvent.class, (event) -> {
				assertThat(event.resource()).isEqualTo("b");
				assertThat(event.owner()).isEqualTo("loser");
				assertThat(event.template()).isEqualTo("t");
				assertThat(event.held()).isPositive();
			});
			makeDeadlock(locks);
			Awaitility.await().until(() -> events.size() == 1);
			assertThat(events.remove()).isInstanceOfSatisfying(LockDeadlockEvent.class,
					(event) -> assertThat(event.deadlock().participants()).hasSize(2));
		});
	}

	@Test
	void listenerThatTakesTheLockItIsToldOfDelaysNobody() {
		this.runner.withUserConfiguration(Locking.class).run((context) -> {
			LockManager locks = context.getBean(LockManager.class);
			try (LockHandle held = locks.writeLock("a")) {
				waitInVain(locks, other("a"));
				context.getBean(Locking.class).called.await(10, TimeUnit.SECONDS);
				assertThat(held.isHeld()).isTrue();
			}
			Awaitility.await().until(() -> context.getBean(Locking.class).done.getCount() == 0);
		});
	}

	@Test
	void listenerThatThrowsIsLogged(CapturedOutput output) {
		this.runner.withUserConfiguration(Throwing.class).run((context) -> {
			LockManager locks = context.getBean(LockManager.class);
			try (LockHandle held = locks.writeLock("a")) {
				waitInVain(locks, other("a"));
				waitInVain(locks, other("a"));
				assertThat(held.isHeld()).isTrue();
			}
			Awaitility.await().until(() -> context.getBean(Throwing.class).calls.size() == 2);
		});
		assertThat(output).contains("An application listener failed on LockTimeoutEvent[resource='a'");
	}

	@Test
	void listenerThatHangsDelaysNeitherLocksNorTheEndOfTheContext(CapturedOutput output) {
		Hanging hanging = new Hanging();
		long[] closing = new long[1];
		this.runner.withBean(Hanging.class, () -> hanging).run((context) -> {
			LockManager locks = context.getBean(LockManager.class);
			LockHandle held = locks.writeLock("a");
			for (int i = 0; i < 2_000; i++) {
				waitInVain(locks, other("a"));
			}
			held.close();
			Awaitility.await().until(() -> hanging.called.getCount() == 0);
			assertThat(context.getBean(LockEventPublisher.class).droppedEvents()).isBetween(998L, 1_000L);
			closing[0] = System.nanoTime();
		});
		assertThat(System.nanoTime() - closing[0]).isLessThan(TimeUnit.SECONDS.toNanos(10));
		assertThat(output.toString().split("Application events of locks are dropped", -1)).hasSize(2);
		hanging.release.countDown();
	}

	@Test
	void listenerThatFailsToGetTheLockIsNotToldOfThat() {
		this.runner.withUserConfiguration(Trying.class).run((context) -> {
			LockManager locks = context.getBean(LockManager.class);
			Queue<Object> events = context.getBean(Trying.class).events;
			try (LockHandle held = locks.writeLock("a")) {
				waitInVain(locks, other("a"));
				waitInVain(locks, other("a"));
				Awaitility.await().during(Duration.ofMillis(100)).until(() -> events.size() == 2);
				assertThat(held.isHeld()).isTrue();
			}
		});
	}

	@Test
	void whatWaitsToBePublishedIsNotPublishedAfterTheEnd() {
		Queue<Object> published = new ConcurrentLinkedQueue<>();
		CountDownLatch ended = new CountDownLatch(1);
		CountDownLatch finished = new CountDownLatch(1);
		LockEventPublisher publisher = new LockEventPublisher((ApplicationEventPublisher) (event) -> {
			published.add(event);
			boolean interrupted = awaitUninterruptibly(ended);
			finished.countDown();
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		});
		for (int i = 0; i < 3; i++) {
			publisher.onDeadlock(new Deadlock(Deadlock.Kind.CYCLE, Instant.EPOCH, List.of()));
		}
		Awaitility.await().until(() -> published.size() == 1);
		publisher.destroy();
		publisher.onDeadlock(new Deadlock(Deadlock.Kind.CYCLE, Instant.EPOCH, List.of()));
		ended.countDown();
		Awaitility.await().until(() -> finished.getCount() == 0);
		Awaitility.await().during(Duration.ofMillis(100)).until(() -> published.size() == 1);
	}

	@Test
	void nothingIsPublishedWhileAllIsWell() {
		this.runner.withUserConfiguration(Listening.class).run((context) -> {
			context.getBean(LockManager.class).writeLock("a").close();
			context.getBean(LockManager.class).distributedLock("a").close();
			Deadlock last = new Deadlock(Deadlock.Kind.CYCLE, Instant.EPOCH, List.of());
			context.getBean(LockEventPublisher.class).onDeadlock(last);
			Queue<Object> events = context.getBean(Listening.class).events;
			Awaitility.await().until(() -> events.contains(new LockDeadlockEvent(last)));
			assertThat(events).hasSize(1);
		});
	}

	@Test
	void whoDoesNotWaitIsNotLate() {
		this.runner.withUserConfiguration(Listening.class).run((context) -> {
			LockManager locks = context.getBean(LockManager.class);
			try (LockHandle held = locks.writeLock("a"); LockHandle distributed = locks.distributedLock("a")) {
				for (LockType type : LockType.values()) {
					LockRequest.Builder request = LockRequest.of(type, "a").owner(LockOwner.create("other"));
					assertThat(locks.tryAcquire(request.build())).isEmpty();
					assertThatExceptionOfType(LockTimeoutException.class)
						.isThrownBy(() -> locks.acquire(request.timeout(Duration.ZERO).build()));
				}
				waitInVain(locks, other("a").method("last"));
				assertThat(held.isHeld() && distributed.isHeld()).isTrue();
			}
			Queue<Object> events = context.getBean(Listening.class).events;
			Awaitility.await().until(() -> !events.isEmpty());
			assertThat(events).singleElement()
				.isInstanceOfSatisfying(LockTimeoutEvent.class,
						(event) -> assertThat(event.method()).isEqualTo("last"));
		});
	}

	private static LockRequest.Builder other(String resource) {
		return LockRequest.write(resource).owner(LockOwner.create("other"));
	}

	private static void waitInVain(LockManager locks, LockRequest.Builder request) {
		assertThatExceptionOfType(LockTimeoutException.class)
			.isThrownBy(() -> locks.acquire(request.timeout(Duration.ofNanos(1)).build()));
	}

	/** Returns whether the thread was interrupted. */
	private static boolean awaitUninterruptibly(CountDownLatch latch) {
		boolean interrupted = false;
		while (latch.getCount() > 0) {
			try {
				latch.await();
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		return interrupted;
	}

	private static void makeDeadlock(LockManager locks) {
		LockOwner one = LockOwner.create("one");
		LockOwner two = LockOwner.create("two");
		for (List<?> pair : List.of(List.of(one, "x"), List.of(two, "y"), List.of(one, "y"), List.of(two, "x"))) {
			locks.acquireAsync(LockRequest.write((String) pair.get(1)).owner((LockOwner) pair.get(0)).build());
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Listening {

		final Queue<Object> events = new ConcurrentLinkedQueue<>();

		@EventListener({ LockTimeoutEvent.class, LockLostEvent.class, LockDeadlockEvent.class })
		void on(Object event) {
			this.events.add(event);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Locking {

		final CountDownLatch called = new CountDownLatch(1);

		final CountDownLatch done = new CountDownLatch(1);

		private final LockManager locks;

		Locking(LockManager locks) {
			this.locks = locks;
		}

		@EventListener
		void on(LockTimeoutEvent event) {
			this.called.countDown();
			this.locks.writeLock(event.resource()).close();
			this.done.countDown();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Throwing {

		final Queue<Object> calls = new ConcurrentLinkedQueue<>();

		@EventListener
		void on(LockTimeoutEvent event) {
			this.calls.add(event);
			throw new IllegalStateException("listener");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Trying {

		final Queue<Object> events = new ConcurrentLinkedQueue<>();

		private final LockManager locks;

		Trying(LockManager locks) {
			this.locks = locks;
		}

		@EventListener
		void on(LockTimeoutEvent event) {
			this.events.add(event);
			waitInVain(this.locks, LockRequest.write(event.resource()));
		}

	}

	static class Hanging {

		final CountDownLatch called = new CountDownLatch(1);

		final CountDownLatch release = new CountDownLatch(1);

		@EventListener
		void on(LockTimeoutEvent event) {
			this.called.countDown();
			if (awaitUninterruptibly(this.release)) {
				Thread.currentThread().interrupt();
			}
		}

	}

}
