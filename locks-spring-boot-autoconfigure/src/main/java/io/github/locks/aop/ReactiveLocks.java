package io.github.locks.aop;

import java.util.List;

import io.github.locks.LockHandle;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Tells the operators of an annotated reactive method, or the body of a Kotlin coroutine,
 * which locks they run under: what {@link io.github.locks.Locks} is to threads, for the
 * Reactor context.
 */
public final class ReactiveLocks {

	private static final Object HELD = new Object() {

		@Override
		public String toString() {
			return "io.github.locks.held";
		}

	};

	private ReactiveLocks() {
	}

	/**
	 * Returns the lock of the annotated call that the subscriber runs in. Of several
	 * locks of one call, the one that was taken last; of several nested calls, the
	 * innermost.
	 * @return the handle; or {@link IllegalStateException} if the subscriber does not run
	 * in an annotated call
	 */
	public static Mono<LockHandle> current() {
		return Mono.deferContextual((context) -> {
			List<LockHandle> held = held(context);
			return held.isEmpty() ? Mono.error(new IllegalStateException("This pipeline runs under no lock: it does not"
					+ " come from a method with @ReadLock, @WriteLock or @DistributedLock, or that method was called"
					+ " on 'this', past its proxy.")) : Mono.just(held.get(held.size() - 1));
		});
	}

	/**
	 * Returns all locks of the annotated calls that a subscriber runs in.
	 * @param context the context of the subscriber
	 * @return the handles, outermost first; empty if there are none
	 */
	public static List<LockHandle> held(ContextView context) {
		return context.<List<LockHandle>>getOrEmpty(HELD).orElse(List.of());
	}

	static Context enter(Context context, List<LockHandle> held) {
		return context.put(HELD, held);
	}

}
