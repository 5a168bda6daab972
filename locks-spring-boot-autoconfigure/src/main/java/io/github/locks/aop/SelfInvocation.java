package io.github.locks.aop;

import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

/**
 * A call of a locked method that its bean makes on itself, past the proxy and so without
 * the lock.
 *
 * @param caller the class and method that makes the call, such as
 * {@code com.acme.Orders.payAll}
 * @param file the source file of the caller, or {@code null} if it is not known
 * @param line the line of the call, or 0 if it is not known
 * @param lockedCaller the locked method whose body makes the call, or {@code null} if
 * that is not locked: with the same lock for both, the call is under it all the same
 * @param callee the locked method that is called
 */
record SelfInvocation(String caller, @Nullable String file, int line, @Nullable Method lockedCaller, Method callee) {

	/**
	 * Returns the place of the call, in the form that development environments make a
	 * link of.
	 * @return a place such as {@code com.acme.Orders.payAll (Orders.java:42)}
	 */
	String where() {
		if (this.file == null) {
			return this.caller;
		}
		return this.caller + " (" + this.file + ((this.line > 0) ? ":" + this.line : "") + ")";
	}

}
