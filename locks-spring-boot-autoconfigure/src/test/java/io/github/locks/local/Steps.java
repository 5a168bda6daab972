package io.github.locks.local;

/**
 * What the scenarios do with a lock. Each request has a place, by which it is named
 * later.
 */
public interface Steps {

	/**
	 * Asks for the lock.
	 * @param place the name of the request
	 * @param owner the number of the owner
	 * @param writes whether to write
	 * @param mayQueue whether to queue
	 * @return what happened
	 */
	Outcome ask(int place, int owner, boolean writes, boolean mayQueue);

	/**
	 * Whether the last request of a place holds the lock or waits for it.
	 * @param place the name of the request
	 * @return {@code true} until it is given up or released
	 */
	boolean isOpen(int place);

	/**
	 * Leaves the queue.
	 * @param place the name of the request
	 * @return whether it stood in the queue
	 */
	boolean giveUp(int place);

	/**
	 * Gives the lock back.
	 * @param place the name of the request
	 * @return whether it held the lock
	 */
	boolean release(int place);

	/**
	 * Retires the lock.
	 * @return whether it was free
	 */
	boolean retire();

	/**
	 * Tells which owners are inside, by number, and which wait, in order.
	 * @return a text
	 */
	String snapshot();

	/**
	 * Tells how many wait.
	 * @return the length of the queue
	 */
	int queueLength();

	/**
	 * Fails if nobody does anything any more and still somebody waits for nothing, or was
	 * not told of the end of a wait.
	 */
	void validate();

}
