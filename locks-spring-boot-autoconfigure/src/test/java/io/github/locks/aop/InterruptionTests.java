package io.github.locks.aop;

import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;

import io.github.locks.LockHandle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.Mockito.mock;

/**
 * A loss against the end of a call.
 */
@Timeout(30)
class InterruptionTests {

	private final AtomicReference<Runnable> loss = new AtomicReference<>();

	private final LockHandle handle = handle();

	@Test
	void lossInterruptsAndTheEndTakesItBack() {
		Interruption interruption = new Interruption(List.of(this.handle));
		this.loss.get().run();
		assertThat(Thread.currentThread().isInterrupted()).isTrue();
		assertThat(interruption.end()).isSameAs(this.handle);
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	@Test
	void lossAfterTheEndDoesNothing() {
		Interruption interruption = new Interruption(List.of(this.handle));
		assertThat(interruption.end()).isNull();
		this.loss.get().run();
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	@Test
	void interruptOfSomebodyElseIsKept() {
		Interruption interruption = new Interruption(List.of(this.handle));
		Thread.currentThread().interrupt();
		assertThat(interruption.end()).isNull();
		assertThat(Thread.interrupted()).isTrue();
	}

	@Test
	void innerCallLeavesTheInterruptOfTheOuterOne() {
		Interruption outer = new Interruption(List.of(this.handle));
		Runnable loseOuter = this.loss.get();
		Interruption inner = new Interruption(List.of(this.handle));
		loseOuter.run();
		this.loss.get().run();
		assertThat(inner.end()).isSameAs(this.handle);
		assertThat(Thread.currentThread().isInterrupted()).isTrue();
		assertThat(outer.end()).isSameAs(this.handle);
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	@Test
	void threadIsNeverInterruptedAfterTheEnd() throws Exception {
		ExecutorService loser = Executors.newSingleThreadExecutor();
		CyclicBarrier start = new CyclicBarrier(2);
		try {
			for (int i = 0; i < 20_000; i++) {
				Interruption interruption = new Interruption(List.of(this.handle));
				Runnable lose = this.loss.get();
				Future<?> lost = loser.submit(() -> {
					start.await();
					lose.run();
					return null;
				});
				start.await();
				interruption.end();
				assertThat(Thread.interrupted()).isFalse();
				lost.get();
				assertThat(Thread.interrupted()).isFalse();
			}
		}
		finally {
			loser.shutdownNow();
		}
	}

	private LockHandle handle() {
		LockHandle mock = mock(LockHandle.class);
		willAnswer((call) -> {
			this.loss.set(call.getArgument(0));
			return null;
		}).given(mock).onLost(any());
		return mock;
	}

}
