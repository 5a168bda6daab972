package io.github.locks.lease;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

import io.github.locks.LockBackendException;
import io.github.locks.LockType;

/**
 * The server that keeps leases. Each operation on a lock is done in one step, however
 * many processes ask, and has no further consequences if it is done twice. Requests have
 * ids; those that begin with {@code w} exclude all others, those with {@code r} share.
 * The server's clock counts.
 * <p>
 * A lock that is given back is given to the first in its queue in the same step; who does
 * not ask for it within three seconds loses it. All methods may throw what the client of
 * the server throws. Implementations are safe for use by several threads.
 */
public interface LeaseStore extends AutoCloseable {

	/**
	 * How many fencing tokens are set aside with each grant, at most. Tokens must not run
	 * ahead of the clock, in case they are forgotten.
	 */
	int TOKENS = 128;

	/** How long a lock that was handed over waits for who comes for it. */
	Duration CONFIRM = Duration.ofSeconds(3);

	/**
	 * Tokens are never smaller than the clock, so they need not be remembered for long.
	 */
	Duration TOKEN = Duration.ofHours(1);

	/**
	 * Grants a lock, or confirms that it is granted to this request already.
	 * @param key the lock
	 * @param id the request
	 * @param patience how long the request keeps a place in the queue without asking
	 * again; zero if it is not to have one
	 * @param shown what people are shown of it
	 * @return the grant, or empty if others have the lock, or the request was withdrawn
	 */
	Optional<Grant> acquire(LockKey key, String id, Duration patience, String shown);

	/**
	 * Prolongs a lease from now on.
	 * @param key the lock
	 * @param id the request that holds it
	 * @return whether others wait; empty if the lease is lost
	 */
	Optional<Boolean> renew(LockKey key, String id);

	/**
	 * Takes a request out, whether it holds the lock, waits for it, or has not arrived
	 * yet.
	 * @param key the lock
	 * @param id the request
	 * @param late how long it may still be on its way, and must not be granted then
	 */
	void release(LockKey key, String id, Duration late);

	/**
	 * Makes a reader of a writer, and lets others read too.
	 * @param key the lock
	 * @param id the writer
	 * @param reader the request of the reader, whose lease ends with that of the writer
	 * @param shown what people are shown of it
	 * @return the grant; empty if the lease is lost
	 */
	Optional<Grant> downgrade(LockKey key, String id, String reader, String shown);

	/**
	 * Whether somebody is in the queue.
	 * @param key the lock
	 * @return {@code true} if there is
	 */
	boolean isContended(LockKey key);

	/**
	 * Returns what is shown of a holder.
	 * @param key the lock
	 * @return what was given with its request
	 */
	Optional<String> inspect(LockKey key);

	/**
	 * Begins to hear of locks that were given to requests from the queue. Messages may
	 * get lost.
	 * @param told told the id of the request
	 */
	void listen(Consumer<String> told);

	/**
	 * Whether messages arrive.
	 * @return {@code false} if who waits is to ask often
	 */
	boolean isListening();

	/**
	 * Returns the pause between two questions of who waits, if no messages arrive.
	 * @return the longest; zero for none
	 */
	Duration pollPause();

	/**
	 * Shows all processes a text.
	 * @param id what shows it
	 * @param text in place of what it has shown before
	 * @param time for how long
	 */
	void show(String id, String text, Duration time);

	/**
	 * Takes back what was shown.
	 * @param id what has shown it
	 */
	void hide(String id);

	/**
	 * Returns what is shown now, by all processes.
	 * @return the texts
	 */
	List<String> shown();

	/**
	 * Explains a failure.
	 * @param operation what could not be done, such as {@code renew}
	 * @param resource name of the resource
	 * @param type how it was to be locked
	 * @param cause what was thrown
	 * @return what to throw in its place
	 */
	LockBackendException failure(String operation, String resource, LockType type, RuntimeException cause);

	/**
	 * Ends the connections that are its own.
	 */
	@Override
	void close();

	/**
	 * A lease that was granted.
	 *
	 * @param token the first fencing token
	 * @param tokens how many tokens there are, for those who the process hands the lock
	 * on to
	 * @param crashed whether a writer before let its lease run out
	 * @param contended whether others wait
	 */
	record Grant(long token, int tokens, boolean crashed, boolean contended) {
	}

}
