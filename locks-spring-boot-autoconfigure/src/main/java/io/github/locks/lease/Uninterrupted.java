package io.github.locks.lease;

import java.util.function.Supplier;

/**
 * Calls clients that give up when their thread is interrupted.
 */
public final class Uninterrupted {

	private Uninterrupted() {
	}

	/**
	 * Does something that has no further consequences if it is done twice, until it is
	 * not interrupted. Keeps the interrupt flag for the caller.
	 * @param <T> what it returns
	 * @param call what to do
	 * @return what it returns
	 */
	public static <T> T call(Supplier<T> call) {
		boolean interrupted = Thread.interrupted();
		try {
			while (true) {
				try {
					return call.get();
				}
				catch (RuntimeException ex) {
					if (!Thread.interrupted()) {
						throw ex;
					}
					interrupted = true;
				}
			}
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

}
