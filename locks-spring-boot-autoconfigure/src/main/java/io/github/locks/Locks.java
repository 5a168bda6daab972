package io.github.locks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Tells the body of an annotated method which locks it runs under:
 *
 * <pre class="code">
 * &#64;DistributedLock("skills:file")
 * public void save() {
 *     store.write(skills, Locks.current().fencingToken());
 * }
 * </pre>
 *
 * It knows the locks that annotated calls hold on the calling thread. It does not see
 * handles that were acquired from a {@link LockManager}: their holder has them at hand.
 * While the operators of a reactive pipeline run, ask the Reactor context instead,
 * through {@code io.github.locks.aop.ReactiveLocks}.
 */
public final class Locks {

	/** From here on, nested calls may well be an endless recursion. */
	private static final int SUSPICIOUS_DEPTH = 32;

	private static final ThreadLocal<@Nullable Entered> INNERMOST = new ThreadLocal<>();

	private Locks() {
	}

	/**
	 * Returns the lock of the annotated call that the calling code runs in. Of several
	 * locks of one call, the one that was taken last; of several nested calls, the
	 * innermost.
	 * @return the handle; closing it gives the lock back before the call ends
	 * @throws IllegalStateException if the calling code does not run in an annotated call
	 */
	public static LockHandle current() {
		Entered innermost = INNERMOST.get();
		if (innermost == null) {
			throw new IllegalStateException("This code runs under no lock: it was not called through a method with "
					+ "@ReadLock, @WriteLock or @DistributedLock on this thread. Was such a method called on 'this', "
					+ "past its proxy, was the 'condition' of its annotation false, or is 'locks.enabled' false?");
		}
		return innermost.handle();
	}

	/**
	 * Returns the innermost lock on a resource, and so asserts that there is one.
	 * @param resource name of the resource
	 * @return the handle
	 * @throws IllegalStateException if the calling code does not run in an annotated call
	 * that locks the resource
	 */
	public static LockHandle current(String resource) {
		String name = LockNames.check(resource);
		for (Entered entered = INNERMOST.get(); entered != null; entered = entered.outer()) {
			if (entered.handle().resource().equals(name)) {
				return entered.handle();
			}
		}
		throw new IllegalStateException("This code does not run under a lock on " + LockNames.quote(name)
				+ ", only under " + LockNames.quote(held().toString())
				+ ". Call it through a method with @ReadLock, @WriteLock or @DistributedLock of that resource, whose"
				+ " 'condition' is true, and do not set 'locks.enabled' to false.");
	}

	/**
	 * Returns all locks of the annotated calls that the calling code runs in.
	 * @return the handles, outermost first; empty if there are none
	 */
	public static List<LockHandle> held() {
		List<LockHandle> handles = new ArrayList<>();
		for (Entered entered = INNERMOST.get(); entered != null; entered = entered.outer()) {
			handles.add(entered.handle());
		}
		Collections.reverse(handles);
		return List.copyOf(handles);
	}

	/**
	 * Makes a lock the {@linkplain #current() current} one of the calling thread until
	 * the returned scope is closed. Scopes are closed by the same thread, innermost
	 * first. Annotated calls do this themselves; other code may use it to take their
	 * locks along to another thread. It does not change the
	 * {@linkplain LockOwner#current() current owner}.
	 * @param handle the lock
	 * @return the scope, for try-with-resources
	 */
	public static LockOwner.Scope enter(LockHandle handle) {
		if (handle == null) {
			throw new IllegalArgumentException("'handle' must not be null");
		}
		Entered outer = INNERMOST.get();
		int depth = (outer != null) ? outer.depth() + 1 : 0;
		if (depth > SUSPICIOUS_DEPTH) {
			StackReserve.require();
		}
		INNERMOST.set(new Entered(handle, outer, depth));
		// Not removed: that costs as much as the lock, at each call; what stays is an
		// entry without a value.
		return () -> INNERMOST.set(outer);
	}

	private record Entered(LockHandle handle, @Nullable Entered outer, int depth) {

	}

}
