package io.github.locks;

import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * Who a lock belongs to. Two requests of the same owner never exclude each other
 * (reentrancy), requests of different owners do.
 * <p>
 * By default code acts for its thread. Work that moves between threads gets an owner of
 * its own from {@link #create(String)} and names it in its requests, or {@link #carry()
 * carries} it for as long as a thread works for it. A {@linkplain #child(String) child}
 * may enter what its ancestors hold; the ancestors may not enter what only the child
 * holds.
 * <p>
 * An owner does one thing at a time: it must not wait for a lock in one place while it
 * goes on in another. Work that splits takes a child for each part.
 * <p>
 * Immutable and safe for use by several threads. Owners are compared by identity of what
 * they stand for, never by name.
 */
public final class LockOwner {

	private static final ThreadLocal<@Nullable LockOwner> CARRIED = new ThreadLocal<>();

	/**
	 * Owners that stand for threads, found by the number of the thread. Some may be
	 * missing, and some outlive their thread: they only save making them again. A race
	 * between two threads is harmless, as an owner is immutable.
	 */
	private static final @Nullable LockOwner[] THREADS = new LockOwner[256];

	private static final AtomicLong SEQUENCE = new AtomicLong();

	/**
	 * The thread it stands for, or {@code null} if it stands for itself. Weak, as locks
	 * and statistics remember owners for longer than some threads live.
	 */
	private final @Nullable WeakReference<Thread> thread;

	/** Of a thread: that when it was made. Of a task: made when somebody asks for it. */
	private volatile @Nullable String name;

	private final @Nullable LockOwner parent;

	private final boolean nested;

	private final int hash;

	private LockOwner(Thread thread) {
		this.thread = new WeakReference<>(thread);
		this.name = nameOf(thread);
		this.parent = null;
		this.nested = false;
		this.hash = System.identityHashCode(thread);
	}

	/** Creates an owner that stands for itself. */
	private LockOwner(@Nullable String name, @Nullable LockOwner parent, boolean nested) {
		this.thread = null;
		if (name != null) {
			this.name = name;
		}
		this.parent = parent;
		this.nested = nested;
		this.hash = 0;
	}

	/**
	 * Returns the owner that the calling code acts for: the one its thread carries, else
	 * the thread itself.
	 * @return the current owner
	 */
	public static LockOwner current() {
		LockOwner carried = CARRIED.get();
		return (carried != null) ? carried : of(Thread.currentThread());
	}

	private static LockOwner of(Thread thread) {
		int place = (int) thread.getId() & (THREADS.length - 1);
		LockOwner known = THREADS[place];
		if (known == null || known.thread == null || !known.thread.refersTo(thread)) {
			known = new LockOwner(thread);
			THREADS[place] = known;
		}
		return known;
	}

	/**
	 * Creates an owner that is different from all others.
	 * @param name how the owner appears in messages and in the status
	 * @return a new owner without a parent
	 */
	public static LockOwner create(String name) {
		return new LockOwner(checkName(name), null, false);
	}

	/**
	 * Creates an owner without a name of its own, for one asynchronous task.
	 * @return a new owner named {@code task-} and a number
	 */
	public static LockOwner task() {
		return new LockOwner(null, null, false);
	}

	/**
	 * Creates an owner that may enter what this owner, or one of its ancestors, holds:
	 * for a task that runs beside the work of this owner.
	 * @param name how the child appears in messages and in the status
	 * @return a new owner with this one as its parent
	 */
	public LockOwner child(String name) {
		return new LockOwner(checkName(name), this, false);
	}

	/**
	 * Creates a {@linkplain #child(String) child} that this owner waits for: for a call
	 * that this owner makes and does nothing before it has returned. What the child waits
	 * for, this owner waits for too; deadlock detection relies on it.
	 * @param name how the child appears in messages and in the status
	 * @return a new owner with this one as its parent
	 */
	public LockOwner nested(String name) {
		return new LockOwner(checkName(name), this, true);
	}

	/**
	 * Returns how this owner appears in messages and in the status.
	 * @return the name; for a thread its current name, or when it is gone one that it had
	 */
	public String name() {
		Thread living = (this.thread != null) ? this.thread.get() : null;
		if (living != null) {
			return nameOf(living);
		}
		String known = this.name;
		return (known != null) ? known : nameTask();
	}

	private static String nameOf(Thread thread) {
		String name = thread.getName();
		return name.isEmpty() ? "thread-" + thread.getId() : name;
	}

	private synchronized String nameTask() {
		String known = this.name;
		if (known == null) {
			known = "task-" + SEQUENCE.incrementAndGet();
			this.name = known;
		}
		return known;
	}

	/**
	 * Returns the owner whose holds this one may enter.
	 * @return the parent, or {@code null} if this owner stands alone
	 */
	public @Nullable LockOwner parent() {
		return this.parent;
	}

	/**
	 * Whether the {@linkplain #parent() parent} waits for this owner.
	 * @return {@code true} if this owner was created by {@link #nested(String)}
	 */
	public boolean isNested() {
		return this.nested;
	}

	/**
	 * Makes the calling thread act for this owner until the returned scope is closed.
	 * Scopes are closed by the same thread, innermost first.
	 * @return the scope, for try-with-resources
	 */
	public Scope carry() {
		LockOwner previous = CARRIED.get();
		CARRIED.set(this);
		return () -> CARRIED.set(previous);
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return this == other
				|| (other instanceof LockOwner that && this.thread != null && that.isOf(this.thread.get()));
	}

	private boolean isOf(@Nullable Thread living) {
		return living != null && this.thread != null && this.thread.refersTo(living);
	}

	@Override
	public int hashCode() {
		// For a task only if it is needed: the first time that takes longer than a lock.
		return (this.thread != null) ? this.hash : System.identityHashCode(this);
	}

	@Override
	public String toString() {
		return name();
	}

	private static String checkName(String name) {
		if (name == null || name.isBlank()) {
			throw new IllegalArgumentException("'name' of a lock owner must not be blank");
		}
		return name;
	}

	/**
	 * A stretch of work during which a thread acts for an owner.
	 */
	@FunctionalInterface
	public interface Scope extends AutoCloseable {

		/**
		 * Ends the scope: the thread acts for whomever it acted for before.
		 */
		@Override
		void close();

	}

}
