package io.github.locks.aop;

import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Work whose errors are all signalled. Those that Reactor regards as fatal, such as
 * {@link LinkageError} and {@link StackOverflowError}, it throws past {@code onError} to
 * whoever called it; here that is often the thread that granted a lock, which has no use
 * for them. What is thrown into a call that passes here ends the work like any other
 * failure.
 */
final class ThrownErrors extends FluxOperator<Object, Object> {

	ThrownErrors(Flux<Object> work) {
		super(work);
	}

	@Override
	public void subscribe(CoreSubscriber<? super Object> actual) {
		Guard guard = new Guard(actual);
		guard.run(() -> this.source.subscribe(guard));
	}

	/**
	 * Passes all on, and ends the subscription if a call throws. Whoever takes the end
	 * first, the work or this class, signals it.
	 */
	private static final class Guard implements CoreSubscriber<Object>, Subscription {

		private final CoreSubscriber<? super Object> actual;

		private final AtomicBoolean ended = new AtomicBoolean();

		private volatile boolean cancelled;

		private volatile @Nullable Subscription upstream;

		Guard(CoreSubscriber<? super Object> actual) {
			this.actual = actual;
		}

		void run(Runnable call) {
			try {
				call.run();
			}
			catch (Throwable ex) {
				if (this.cancelled || !this.ended.compareAndSet(false, true)) {
					throw ex;
				}
				fail(Exceptions.unwrap(ex));
			}
		}

		private void fail(Throwable failure) {
			Subscription begun = this.upstream;
			if (begun != null) {
				begun.cancel();
			}
			else {
				this.actual.onSubscribe(Operators.emptySubscription());
			}
			this.actual.onError(failure);
		}

		@Override
		public void onSubscribe(Subscription subscription) {
			this.upstream = subscription;
			this.actual.onSubscribe(this);
		}

		@Override
		public void onNext(Object value) {
			run(() -> this.actual.onNext(value));
		}

		@Override
		public void onError(Throwable failure) {
			if (this.ended.compareAndSet(false, true)) {
				this.actual.onError(failure);
			}
			else {
				Operators.onErrorDropped(failure, currentContext());
			}
		}

		@Override
		public void onComplete() {
			if (this.ended.compareAndSet(false, true)) {
				this.actual.onComplete();
			}
		}

		@Override
		public void request(long count) {
			Subscription begun = this.upstream;
			if (begun != null) {
				run(() -> begun.request(count));
			}
		}

		@Override
		public void cancel() {
			this.cancelled = true;
			Subscription begun = this.upstream;
			if (begun != null) {
				begun.cancel();
			}
		}

		@Override
		public Context currentContext() {
			return this.actual.currentContext();
		}

	}

}
