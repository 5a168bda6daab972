package io.github.locks.aop;

import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * Ends several things in the reverse order of their beginning, each whatever becomes of
 * the others.
 */
final class LastFirst {

	private LastFirst() {
	}

	/**
	 * Ends each.
	 * @param begun the things, in the order in which they began
	 * @param end ends one; if it fails, the first failure is thrown when all have been
	 * ended, and has the others suppressed
	 */
	static <T> void end(List<? extends T> begun, Consumer<? super T> end) {
		Throwable failure = null;
		for (int i = begun.size() - 1; i >= 0; i--) {
			try {
				end.accept(begun.get(i));
			}
			catch (RuntimeException | Error ex) {
				failure = join(failure, ex);
			}
		}
		if (failure instanceof Error error) {
			throw error;
		}
		if (failure instanceof RuntimeException unchecked) {
			throw unchecked;
		}
	}

	private static Throwable join(@Nullable Throwable first, Throwable next) {
		if (first == null) {
			return next;
		}
		if (first != next) {
			first.addSuppressed(next);
		}
		return first;
	}

}
