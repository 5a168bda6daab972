package io.github.locks.local;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import io.github.locks.LockOwner;
import io.github.locks.LockType;
import org.jspecify.annotations.Nullable;

/**
 * The state of a {@link FairLock} in one number, and all that is needed while one owner
 * at a time comes and goes and nobody waits: no queue, no table, no object for a hold.
 * The low bits tell what the lock is, the others the last fencing token, which so is also
 * the identity of the hold:
 *
 * <pre>
 *   FREE      free
 *   CHANGING  taken or given back at this moment, without the mutex, by one thread
 *   WRITER    held by one owner, who writes and has that token; nobody waits
 *   READER    held by one owner, who reads and has that token; nobody waits
 *   SLOTS     held by readers in the slots or listed in the monitor, nobody waits
 *   MONITOR   whatever the monitor says, under its mutex
 *   RETIRED   never to be used again
 * </pre>
 *
 * The number leaves {@code FREE} by compare-and-set only, and comes back to it by the one
 * holder, or under the mutex when the monitor is empty.
 */
abstract class LockWord {

	static final int FREE = 0;

	static final int CHANGING = 1;

	static final int WRITER = 2;

	static final int READER = 3;

	static final int SLOTS = 4;

	static final int MONITOR = 5;

	static final int RETIRED = 6;

	private static final int STATE_BITS = 3;

	private static final int STATE_MASK = (1 << STATE_BITS) - 1;

	/** Leaves a number in between, for readers that share the lock. */
	static final int TOKEN_STEP = 2;

	private static final VarHandle WORD;

	static {
		try {
			WORD = MethodHandles.lookup().findVarHandle(LockWord.class, "word", long.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final String resource;

	private volatile long word;

	/**
	 * Who holds the lock alone, or did so last. This and the next are written while the
	 * word is CHANGING, by who changes it, and only if they change: a reference that is
	 * written is more work for the garbage collector than the whole rest.
	 */
	private @Nullable LockOwner owner;

	private @Nullable String method;

	/** Written while the word is CHANGING, or under the mutex. */
	private long sinceNanos;

	LockWord(String resource, long tokenFloor) {
		this.resource = resource;
		this.sinceNanos = System.nanoTime();
		// Also links the way to write it: enter() must not fail when it has come that
		// far.
		WORD.setRelease(this, wordOf(tokenFloor, FREE));
	}

	/**
	 * Returns the name of the resource.
	 * @return the name
	 */
	public final String resource() {
		return this.resource;
	}

	/**
	 * Takes the lock if it is free, which needs no {@link Acquisition}.
	 * @param type the kind of lock; all but {@link LockType#READ} are exclusive
	 * @param forOwner for whom
	 * @param inMethod which method asks, or {@code null} if unknown
	 * @param nanos what to note as the time of the grant, a value of
	 * {@link System#nanoTime()}
	 * @return the fencing token, which is also what to give back; 0 if only
	 * {@link FairLock#acquire} can tell
	 */
	public final long enter(LockType type, LockOwner forOwner, @Nullable String inMethod, long nanos) {
		long free = this.word;
		long token = tokenOf(free) + TOKEN_STEP;
		// All is computed before, so that nothing can fail after the lock was taken.
		long changing = wordOf(token, CHANGING);
		long held = wordOf(token, heldBy(type));
		if (stateOf(free) != FREE || !WORD.compareAndSet(this, free, changing)) {
			return 0;
		}
		VarHandle.storeStoreFence();
		if (this.owner != forOwner) {
			this.owner = forOwner;
		}
		if (this.method != inMethod) {
			this.method = inMethod;
		}
		this.sinceNanos = nanos;
		WORD.setRelease(this, held);
		return token;
	}

	/**
	 * Begins to give back what {@link #enter} gave. Who is answered {@code true} calls
	 * {@link #endExit(long, long)} soon; until then the lock is nobody else's.
	 * @param token what was given
	 * @param type the kind of lock
	 * @return {@code false} if it was given back before, or the hold is an
	 * {@linkplain FairLock#findAdopted acquisition} by now
	 */
	public final boolean beginExit(long token, LockType type) {
		return WORD.compareAndSet(this, wordOf(token, heldBy(type)), wordOf(token, CHANGING));
	}

	/**
	 * Ends what {@link #beginExit(long, LockType)} began: the lock is free.
	 * @param token what was given
	 * @param nanos what to note as the time, a value of {@link System#nanoTime()}
	 */
	public final void endExit(long token, long nanos) {
		this.sinceNanos = nanos;
		WORD.setRelease(this, wordOf(token, FREE));
	}

	/** Who holds the lock alone, or did so last. */
	final @Nullable LockOwner enteredOwner() {
		return this.owner;
	}

	/**
	 * Returns the method that holds the lock. For the holder that {@linkplain #enter
	 * entered} it, or gives it back.
	 * @return the method, or {@code null} if unknown
	 */
	public final @Nullable String enteredMethod() {
		return this.method;
	}

	/**
	 * Returns when the lock was {@linkplain #enter entered}, for its holder; for others,
	 * when that or something else happened last that changed what the lock is.
	 * @return a value of {@link System#nanoTime()}
	 */
	public final long sinceNanos() {
		return this.sinceNanos;
	}

	/**
	 * Returns the largest fencing token given out by a lock that was
	 * {@linkplain FairLock#retire() retired}.
	 * @return the token
	 */
	public final long lastToken() {
		return tokenOf(this.word);
	}

	final long word() {
		return this.word;
	}

	final boolean isAlone(long token, LockType type) {
		return this.word == wordOf(token, heldBy(type));
	}

	/** From now on nobody holds the lock. Under the mutex. */
	final void becomeFree() {
		this.sinceNanos = System.nanoTime();
		become(FREE);
	}

	/** Leaves the rest to the monitor, under its mutex. */
	final boolean tryInflate(long current) {
		return WORD.compareAndSet(this, current, wordOf(tokenOf(current), MONITOR));
	}

	/** Counts the last token up. Under the mutex, and not while there are slots. */
	final long nextToken(int step) {
		long token = tokenOf(this.word) + step;
		WORD.setRelease(this, wordOf(token, MONITOR));
		return token;
	}

	/** Changes the state, under the mutex. */
	final void become(int state) {
		this.word = wordOf(tokenOf(this.word), state);
	}

	private static long wordOf(long token, int state) {
		return (token << STATE_BITS) | state;
	}

	static int stateOf(long word) {
		return (int) word & STATE_MASK;
	}

	static long tokenOf(long word) {
		return word >> STATE_BITS;
	}

	private static int heldBy(LockType type) {
		return type.isExclusive() ? WRITER : READER;
	}

}
