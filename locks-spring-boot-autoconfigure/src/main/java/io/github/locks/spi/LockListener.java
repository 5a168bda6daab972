package io.github.locks.spi;

/**
 * Is told what happens to locks. Called by the thread that acquires or releases, outside
 * of all internal locks; must return quickly. Exceptions are logged and change nothing.
 */
@FunctionalInterface
public interface LockListener {

	/**
	 * Something happened.
	 * @param event what
	 */
	void onEvent(LockEvent event);

}
